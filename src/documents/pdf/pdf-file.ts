import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { AppError } from "../../errors/app-error.ts";
import { guarded, type Pdfium } from "./pdfium.ts";

/** Results of FPDF_GetLastError (fpdfview.h). */
const PASSWORD_ERROR = 4;
const SECURITY_ERROR = 5;
/** Readers look for the header in so many bytes (PDF 1.7, appendix H). */
const HEADER_BYTES = 1024;
/** Of FPDF_FILEACCESS: length, reader, its argument; four bytes each. */
const FILE_ACCESS_BYTES = 12;

export interface PdfLimits {
  readonly maxBytes: number;
  readonly maxPages: number;
}

/** An open PDF. Only what PDFium asks for is read, so a large file takes little memory. */
export class PdfFile {
  readonly pdfium: Pdfium;
  readonly pages: number;
  /** Handle of the forms in it; 0 when it has none. */
  readonly form: number;
  readonly #document: number;
  readonly #releases: readonly (() => void)[];

  private constructor(pdfium: Pdfium, opened: OpenedPdf, releases: readonly (() => void)[]) {
    this.pdfium = pdfium;
    this.pages = opened.pages;
    this.form = opened.form;
    this.#document = opened.document;
    this.#releases = releases;
  }

  /** @throws AppError PDF_INVALID, PDF_ENCRYPTED, PDF_TOO_LARGE; or what the system says about the file */
  static open(pdfium: Pdfium, path: string, limits: PdfLimits): PdfFile {
    const releases: (() => void)[] = [];
    try {
      const opened = guarded(pdfium, () => open(pdfium, path, limits, releases));
      return new PdfFile(pdfium, opened, releases);
    } catch (error) {
      releaseAll(pdfium, releases);
      throw error;
    }
  }

  /**
   * Loads a page for as long as `use` runs.
   * @param page the first is 1
   * @returns null when the page is damaged
   */
  withPage<T>(page: number, use: (handle: number) => T): T | null {
    return guarded(this.pdfium, () => {
      const handle = this.pdfium.FPDF_LoadPage(this.#document, page - 1);
      if (handle === 0) return null;
      const result = use(handle);
      this.pdfium.FPDF_ClosePage(handle);
      return result;
    });
  }

  /** As `withPage`, with the page as it was before it was turned: else the lines of a turned page come in disorder. */
  withUnturnedPage<T>(page: number, use: (handle: number) => T): T | null {
    const { pdfium } = this;
    const turned = this.withPage(page, (handle) => {
      const rotation = pdfium.FPDFPage_GetRotation(handle);
      if (rotation !== 0) pdfium.FPDFPage_SetRotation(handle, 0);
      return rotation;
    });
    if (turned === null) return null;
    const result = this.withPage(page, use);
    if (turned !== 0) this.withPage(page, (handle) => pdfium.FPDFPage_SetRotation(handle, turned));
    return result;
  }

  /** Gives the file back; nothing else may be called afterwards. */
  close(): void {
    releaseAll(this.pdfium, this.#releases);
  }
}

interface OpenedPdf {
  readonly document: number;
  readonly form: number;
  readonly pages: number;
}

/** @param releases gets what gives back each thing that was opened */
function open(
  pdfium: Pdfium,
  path: string,
  { maxBytes, maxPages }: PdfLimits,
  releases: (() => void)[],
): OpenedPdf {
  const descriptor = openSync(path, "r");
  releases.push(() => closeSync(descriptor));
  const size = fstatSync(descriptor).size;
  if (size > maxBytes) throw tooLarge(`${size} bytes`, `${maxBytes}`);
  requirePdf(descriptor, size);
  const access = fileAccess(pdfium, descriptor, size);
  releases.push(access.release);
  const document = load(pdfium, access.pointer);
  releases.push(() => pdfium.FPDF_CloseDocument(document));
  const pages = pdfium.FPDF_GetPageCount(document);
  if (pages < 1) throw new AppError("PDF_INVALID", "The PDF has no pages.");
  if (pages > maxPages) throw tooLarge(`${pages} pages`, `${maxPages}`);
  if (pdfium.FPDF_GetFormType(document) === 0) return { document, form: 0, pages };
  const info = pdfium.PDFiumExt_OpenFormFillInfo();
  const form = pdfium.PDFiumExt_InitFormFillEnvironment(document, info);
  releases.push(() => {
    pdfium.PDFiumExt_ExitFormFillEnvironment(form);
    pdfium.PDFiumExt_CloseFormFillInfo(info);
  });
  return { document, form, pages };
}

function releaseAll(pdfium: Pdfium, releases: readonly (() => void)[]): void {
  for (const release of releases.toReversed()) guarded(pdfium, release);
}

function tooLarge(is: string, allowed: string): AppError {
  return new AppError("PDF_TOO_LARGE", `The PDF has ${is}; at most ${allowed} are read.`);
}

function requirePdf(descriptor: number, size: number): void {
  if (size === 0) throw new AppError("PDF_INVALID", "The PDF is an empty file.");
  const head = new Uint8Array(Math.min(size, HEADER_BYTES));
  readSync(descriptor, head, 0, head.length, 0);
  const text = new TextDecoder("latin1").decode(head);
  if (text.includes("%PDF-")) return;
  const kind = text.startsWith("PK\x03\x04") ? "It is an archive or an Office document." : "";
  throw new AppError("PDF_INVALID", `The file is no PDF. ${kind}`.trim());
}

/** Lets PDFium read from an open file. */
function fileAccess(pdfium: Pdfium, descriptor: number, size: number) {
  const readBlock = (_: number, position: number, target: number, length: number): number => {
    const block = new Uint8Array(pdfium.memory.buffer, target >>> 0, length >>> 0);
    try {
      return readSync(descriptor, block, 0, block.length, position >>> 0) === block.length ? 1 : 0;
    } catch {
      return 0; // as PDFium wants it; it reports the document as damaged
    }
  };
  const reader = pdfium.addFunction(readBlock, "iiiii");
  const pointer = pdfium.malloc(FILE_ACCESS_BYTES);
  const fields = new DataView(pdfium.memory.buffer, pointer, FILE_ACCESS_BYTES);
  fields.setUint32(0, size, true);
  fields.setUint32(4, reader, true);
  fields.setUint32(8, 0, true);
  return {
    pointer,
    release: () => {
      pdfium.removeFunction(reader);
      pdfium.free(pointer);
    },
  };
}

function load(pdfium: Pdfium, access: number): number {
  const document = pdfium.FPDF_LoadCustomDocument(access, 0);
  if (document !== 0) return document;
  const error = pdfium.FPDF_GetLastError();
  if (error === PASSWORD_ERROR)
    throw new AppError(
      "PDF_ENCRYPTED",
      "The PDF is protected by a password and cannot be opened without it.",
    );
  if (error === SECURITY_ERROR)
    throw new AppError("PDF_ENCRYPTED", "The PDF is encrypted in a way that cannot be opened here.");
  throw new AppError("PDF_INVALID", "The PDF is damaged or incomplete and cannot be opened.");
}
