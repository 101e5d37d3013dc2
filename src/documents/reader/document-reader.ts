import { AppError, toAppError } from "../../errors/app-error.ts";
import { isOfSystem } from "../is-of-system.ts";
import { PdfFile, type PdfLimits } from "../pdf/pdf-file.ts";
import { loadPdfium, type Pdfium } from "../pdf/pdfium.ts";
import { readPage } from "../pdf/read-page.ts";
import { renderPage } from "../pdf/render-page.ts";
import type { PdfPage } from "../pdf-page.ts";
import { preparePicture } from "../pictures/prepare-picture.ts";
import { savePicture } from "../pictures/save-picture.ts";
import type { DocumentReply, DocumentRequest } from "../protocol.ts";

/** Of PDFium's own memory. A page of a large scan takes about 100 MB to draw. */
const MAX_PDFIUM_BYTES = 512 * 1024 * 1024;
/** Several people may read at once; each open PDF keeps what it has parsed. */
const MAX_OPEN = 4;
/** One answer holds as many pages as are read in that time, or have so much text together. */
const BATCH_MS = 200;
const BATCH_CHARACTERS = 256 * 1024;
const BATCH_PAGES = 64;
const MAX_MESSAGE = 4096;

/** Reads documents, in a process of its own. One request after the other; nothing of it may be called at once. */
export class DocumentReader {
  readonly #open = new Map<string, PdfFile>();
  #pdfium: Pdfium | null = null;

  async answer(request: DocumentRequest): Promise<DocumentReply> {
    try {
      return await this.#answer(request);
    } catch (error) {
      const { code, message } = describe(error);
      const isBroken = this.#pdfium?.state.isBroken === true;
      return { type: "failed", code, message: message.slice(0, MAX_MESSAGE), isBroken };
    }
  }

  async #answer(request: DocumentRequest): Promise<DocumentReply> {
    switch (request.type) {
      case "pages":
        return { type: "pages", pages: this.#readPages(await this.#file(request.path, request), request) };
      case "close":
        this.#close(request.path);
        return { type: "closed" };
      case "render":
        return { type: "picture", ...(await this.#render(request)) };
      case "picture":
        return { type: "picture", ...(await preparePicture(request)) };
    }
  }

  async #render({ path, page, maxBytes, maxSide, target }: Extract<DocumentRequest, { type: "render" }>) {
    const isRead = this.#open.has(path);
    const file = await this.#file(path, { maxBytes, maxPages: Number.MAX_SAFE_INTEGER });
    try {
      return await savePicture(new Bun.Image(renderPage(file, page, maxSide)).png(), target);
    } finally {
      if (!isRead) this.#close(path);
    }
  }

  async #file(path: string, limits: PdfLimits): Promise<PdfFile> {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= MAX_OPEN) this.#close(oldest);
    this.#pdfium ??= await loadPdfium(MAX_PDFIUM_BYTES);
    const file = PdfFile.open(this.#pdfium, path, limits);
    this.#open.set(path, file);
    return file;
  }

  #readPages(file: PdfFile, request: { readonly first: number; readonly maxCharacters: number }): PdfPage[] {
    const { first, maxCharacters } = request;
    if (first > file.pages) throw new AppError("PDF_INVALID", `The PDF has no page ${first} any more.`);
    const begun = performance.now();
    const batch: PdfPage[] = [];
    let characters = 0;
    for (let page = first; page <= file.pages && batch.length < BATCH_PAGES; page += 1) {
      const read = readPage(file, page, maxCharacters);
      batch.push(read);
      characters += read.text.length;
      if (characters > BATCH_CHARACTERS || performance.now() - begun > BATCH_MS) break;
    }
    return batch;
  }

  #close(path: string): void {
    const file = this.#open.get(path);
    this.#open.delete(path);
    file?.close();
  }
}

/** What the system says of the file is no mistake of the program. */
function describe(error: unknown): AppError {
  if (!isOfSystem(error)) return toAppError(error);
  return new AppError("DOCUMENT_READER_FAILED", `The file cannot be read: ${error.message}.`, {
    cause: error,
  });
}
