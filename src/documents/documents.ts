import { rm } from "node:fs/promises";
import { join } from "node:path";
import { nanoid } from "nanoid";
import { ownCommand } from "../child-process/own-command.ts";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { makePrivateFolder } from "../private-folder.ts";
import type { Timers } from "../timers.ts";
import type { PdfPage } from "./pdf-page.ts";
import type { DocumentReply, DocumentRequest } from "./protocol.ts";
import { ReaderProcess } from "./reader-process.ts";

/** One answer of the process: a moment's worth of pages, or a picture. A slow machine needs a second or two. */
const ANSWER_MS = 30_000;
/** It takes a third of a second to start again, and about 80 MB as long as it is there. */
const IDLE_MS = 30_000;
const DEFAULT_MAX_PAGES = 5000;
/** Of text, all pages together: about fifty novels. */
const DEFAULT_MAX_CHARACTERS = 25_000_000;
/** A page with more text than that is no page that people read; the rest of it is left out. */
const MAX_PAGE_CHARACTERS = 1_000_000;

export interface DocumentsOptions {
  /** For pictures, of this part alone: it is emptied when it starts and when it stops. */
  readonly folder: string;
  /** Of a PDF or picture, in bytes. */
  readonly maxFileSize: number;
  readonly timers: Timers;
  readonly logger: Logger;
  /** The command line that starts the process; this program's own unless a test plays it. */
  readonly command?: readonly string[];
  readonly answerMs?: number;
  readonly idleMs?: number;
}

export interface ReadPdfOptions {
  readonly signal: AbortSignal;
  /** @default 5000 */
  readonly maxPages?: number;
  /** Of all pages together. @default 25,000,000 */
  readonly maxCharacters?: number;
}

export interface PictureOptions {
  readonly signal: AbortSignal;
  /** Of the longer side, in pixels. Smaller pictures are not enlarged. */
  readonly maxSide: number;
}

export interface PreparePictureOptions extends PictureOptions {
  /** Of the picture as it is, in pixels. */
  readonly maxPixels: number;
}

/** A PNG or JPEG file, there for as long as `use` runs. */
export interface PictureFile {
  readonly path: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Reads PDFs and pictures in a process of its own, which is there only while there is work. Files come from people:
 * whatever is in them costs at most one process, a bounded time and a bounded amount of memory.
 */
export class Documents {
  readonly #options: DocumentsOptions;
  readonly #process: ReaderProcess;

  constructor(options: DocumentsOptions) {
    this.#options = options;
    const { command, answerMs, idleMs, timers, logger } = options;
    this.#process = new ReaderProcess({
      command: command ?? ownCommand("runner", "documents"),
      answerMs: answerMs ?? ANSWER_MS,
      idleMs: idleMs ?? IDLE_MS,
      timers,
      logger,
    });
  }

  /** Removes what a killed service left behind. The process is started by the first document. */
  async start(): Promise<void> {
    await this.#removeFolder();
  }

  /** Ends the process; whoever waits for a document gets CANCELLED. Idempotent. */
  async stop(): Promise<void> {
    await this.#process.stop();
    await this.#removeFolder();
  }

  /** `pid` is null while no process is there; `restarts` counts processes that ended by themselves or had to be ended. */
  status(): { readonly pid: number | null; readonly waiting: number; readonly restarts: number } {
    const { pid, waiting, restarts } = this.#process;
    return { pid, waiting, restarts };
  }

  /**
   * The pages of a PDF one after the other. Only some are in memory at a time, so a PDF may have thousands.
   * @throws AppError PDF_INVALID, PDF_ENCRYPTED, PDF_TOO_LARGE, DOCUMENT_TIMEOUT, DOCUMENT_READER_FAILED, CANCELLED
   */
  async *readPdf(path: string, options: ReadPdfOptions): AsyncGenerator<PdfPage, void, undefined> {
    const { signal, maxPages = DEFAULT_MAX_PAGES, maxCharacters = DEFAULT_MAX_CHARACTERS } = options;
    const limits = { maxBytes: this.#options.maxFileSize, maxPages, maxCharacters: MAX_PAGE_CHARACTERS };
    let characters = 0;
    let reader: number | null = null;
    try {
      for (let first = 1, pages = 1; first <= pages; ) {
        const { reply } = this.#process.request({ type: "pages", path, first, ...limits }, signal);
        const answer = expect(await reply, "pages");
        reader = this.#process.pid;
        for (const page of answer.pages) {
          characters += page.text.length;
          if (characters > maxCharacters) throw tooMuchText(maxCharacters, page);
          yield page;
          ({ pages } = page);
          first = page.page + 1;
        }
      }
    } finally {
      if (reader !== null && reader === this.#process.pid) await this.#close(path);
    }
  }

  /**
   * Draws one page of a PDF for a model that looks at pictures.
   * @param page the first is 1
   * @throws AppError as `readPdf`, and DOWNLOAD_NOT_SAVED
   */
  async withPdfPage<T>(
    path: string,
    page: number,
    { signal, maxSide }: PictureOptions,
    use: (picture: PictureFile) => Promise<T>,
  ): Promise<T> {
    const maxBytes = this.#options.maxFileSize;
    return this.#withPicture({ type: "render", path, page, maxBytes, maxSide, target: "" }, signal, use);
  }

  /**
   * Makes a picture ready for a model: PNG, JPEG, WebP, GIF (the first frame), BMP or TIFF, turned as the camera says, on
   * white where it is transparent.
   * @throws AppError IMAGE_INVALID, IMAGE_TOO_LARGE, DOCUMENT_TIMEOUT, DOCUMENT_READER_FAILED, DOWNLOAD_NOT_SAVED,
   *   CANCELLED
   */
  async withPicture<T>(
    path: string,
    { signal, maxPixels, maxSide }: PreparePictureOptions,
    use: (picture: PictureFile) => Promise<T>,
  ): Promise<T> {
    const maxBytes = this.#options.maxFileSize;
    return this.#withPicture(
      { type: "picture", path, maxBytes, maxPixels, maxSide, target: "" },
      signal,
      use,
    );
  }

  async #withPicture<T>(
    request: Extract<DocumentRequest, { target: string }>,
    signal: AbortSignal,
    use: (picture: PictureFile) => Promise<T>,
  ): Promise<T> {
    const { folder } = this.#options;
    await makePrivateFolder(folder);
    const path = join(folder, nanoid());
    const { reply, released } = this.#process.request({ ...request, target: path }, signal);
    try {
      const { width, height } = expect(await reply, "picture");
      return await use({ path, width, height });
    } finally {
      // After a cancellation it may still be written.
      await released;
      await rm(path, { force: true });
    }
  }

  /** Windows does not let a file be removed that somebody has open. */
  async #close(path: string): Promise<void> {
    const never = new AbortController().signal;
    await this.#process.request({ type: "close", path }, never).reply.catch(() => undefined);
  }

  async #removeFolder(): Promise<void> {
    await rm(this.#options.folder, { recursive: true, force: true });
  }
}

function expect<Type extends DocumentReply["type"]>(
  reply: DocumentReply,
  type: Type,
): Extract<DocumentReply, { type: Type }> {
  if (reply.type === type) return reply as Extract<DocumentReply, { type: Type }>;
  throw new AppError("DOCUMENT_READER_FAILED", "The document process gave another answer than asked for.");
}

function tooMuchText(limit: number, { page, pages }: PdfPage): AppError {
  const message = `The PDF has more than ${limit} characters of text: they end on page ${page} of ${pages}.`;
  return new AppError("PDF_TOO_LARGE", message);
}
