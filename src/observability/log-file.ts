import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import roll, { type RollingStream } from "pino-roll";
import { removeOldLogFiles, removeTornEntry } from "./log-folder.ts";

/** Files that are kept besides the one that is written. */
export const KEPT_LOG_FILES = 5;

/** Entries that wait for a slow or unusable disk; beyond it new ones are lost and counted. */
const MAX_PENDING_CHARACTERS = 4 * 1024 * 1024;
const MAX_BATCH_CHARACTERS = 256 * 1024;
const RETRY_MS = 5000;
/** A disk that hangs must not keep a service from stopping. */
const CLOSE_PATIENCE_MS = 2000;

export interface LogFileOptions {
  readonly directory: string;
  /** A file that has grown to so many bytes is the last's turn; the next entry begins a new one. */
  readonly maxFileBytes: number;
  /** Called once when the files cannot be written any more; entries are kept as long as there is room. */
  readonly onTrouble: (error: Error) => void;
  /** Called when they can be written again. @param lost entries that are in no file */
  readonly onRecovered: (lost: number) => void;
  /** How long to wait before an unusable folder is tried again, in ms. Defaults to 5000. */
  readonly retryMs?: number;
}

/**
 * The log on disk: new files by size and by day, the oldest removed. Never throws and never blocks; what cannot be
 * written now waits, within limits. One batch is under way at a time, so it is known which entries a failure hit.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  #stream: RollingStream | null = null;
  #open = false;
  #pending: string[] = [];
  #pendingCharacters = 0;
  #batch: string[] = [];
  #batchBytesWritten = 0;
  #troubled = false;
  #lost = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #idle: (() => void) | null = null;
  #closing = false;
  #ended = false;
  #beginning: Promise<void>;
  #tidied = Promise.resolve();

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#beginning = this.#begin();
  }

  /** Entries that are in no file because there was no room to wait. */
  get lost(): number {
    return this.#lost;
  }

  write(entry: string): void {
    if (this.#pendingCharacters + entry.length > MAX_PENDING_CHARACTERS) {
      this.#lost++;
      return;
    }
    this.#pending.push(entry);
    this.#pendingCharacters += entry.length;
    if (this.#batch.length === 0) this.#pump();
  }

  /** Writes what waits, when that is possible at all. @returns how many entries are in no file */
  async close(): Promise<number> {
    this.#closing = true;
    clearTimeout(this.#retry);
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, CLOSE_PATIENCE_MS);
    await this.#beginning;
    // A disk that was full a moment ago may have room by now.
    if (this.#stream === null) await this.#begin();
    await Promise.race([this.#written().then(() => this.#end()), patience.promise]);
    clearTimeout(timer);
    this.#lost += this.#batch.length + this.#pending.length;
    this.#batch = [];
    this.#pending = [];
    this.#stream = null;
    return this.#lost;
  }

  /** The stream may be about to begin a new file; that ends in good order, with the oldest file gone. */
  async #end(): Promise<void> {
    const stream = this.#stream;
    if (stream === null) return;
    // What is logged from here on (a second signal, say) would be written to a stream that has ended, and that throws.
    this.#ended = true;
    const closed = Promise.withResolvers<void>();
    stream.on("close", closed.resolve);
    stream.end();
    await closed.promise;
    await this.#tidied;
  }

  /** Resolves when nothing waits any more, or nothing can be written. */
  #written(): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#idle = done.resolve;
    this.#settle();
    return done.promise;
  }

  #settle(): void {
    const nothingLeft = this.#batch.length === 0 && this.#pending.length === 0;
    if (nothingLeft || this.#stream === null) this.#idle?.();
  }

  async #begin(): Promise<void> {
    const { directory, maxFileBytes } = this.#options;
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const stream = await roll({
        file: join(directory, "canvuslocallm.log"),
        size: `${maxFileBytes}b`,
        frequency: "daily",
        dateFormat: "yyyy-MM-dd",
        mode: 0o600,
        mkdir: false,
      });
      this.#stream = stream;
      stream.on("error", (error) => this.#failed(stream, error));
      stream.on("ready", () => this.#opened(stream));
      stream.on("write", (bytes) => {
        this.#batchBytesWritten += bytes;
      });
      stream.on("drain", () => this.#drained(stream));
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** At the start and after each change to a new file. */
  #opened(stream: RollingStream): void {
    if (stream !== this.#stream) return;
    // The library's own limit counts only while it runs: a service that is started every day would keep every day.
    this.#tidied = this.#tidied
      .then(() => removeOldLogFiles(this.#options.directory, KEPT_LOG_FILES + 1))
      .catch(() => undefined);
    if (this.#open) return;
    removeTornEntry(stream.file).then(
      () => {
        if (stream !== this.#stream) return;
        this.#open = true;
        this.#pump();
      },
      (error) => this.#failed(stream, error),
    );
  }

  #pump(): void {
    if (
      this.#ended ||
      !this.#open ||
      this.#stream === null ||
      this.#batch.length > 0 ||
      this.#pending.length === 0
    )
      return;
    let characters = 0;
    let count = 0;
    for (const entry of this.#pending) {
      if (count > 0 && characters + entry.length > MAX_BATCH_CHARACTERS) break;
      characters += entry.length;
      count++;
    }
    this.#batch = this.#pending.splice(0, count);
    this.#pendingCharacters -= characters;
    this.#batchBytesWritten = 0;
    this.#stream.write(this.#batch.join(""));
  }

  #drained(stream: RollingStream): void {
    if (stream !== this.#stream) return;
    const wrote = this.#batch.length > 0;
    this.#batch = [];
    if (wrote && this.#troubled) {
      this.#troubled = false;
      const lost = this.#lost;
      this.#lost = 0;
      this.#options.onRecovered(lost);
    }
    this.#pump();
    this.#settle();
  }

  #failed(stream: RollingStream, error: Error): void {
    if (stream !== this.#stream) return;
    stream.destroy();
    this.#stream = null;
    this.#open = false;
    this.#takeBack();
    this.#fail(error);
  }

  /** What the failed batch did not get into the file waits again; half an entry there is removed by the next start. */
  #takeBack(): void {
    let written = this.#batchBytesWritten;
    while (this.#batch[0] !== undefined && Buffer.byteLength(this.#batch[0]) <= written) {
      written -= Buffer.byteLength(this.#batch[0]);
      this.#batch.shift();
    }
    for (const entry of this.#batch) this.#pendingCharacters += entry.length;
    this.#pending.unshift(...this.#batch);
    this.#batch = [];
  }

  #fail(error: Error): void {
    if (!this.#closing) {
      this.#retry = setTimeout(() => {
        this.#beginning = this.#begin();
      }, this.#options.retryMs ?? RETRY_MS);
      this.#retry.unref();
    }
    this.#settle();
    if (this.#troubled) return;
    this.#troubled = true;
    this.#options.onTrouble(error);
  }
}
