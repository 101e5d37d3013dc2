import { type ChildProcess, spawnChild } from "../child-process/child-process.ts";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import type { Timers } from "../timers.ts";
import { type DocumentReply, type DocumentRequest, parseReply } from "./protocol.ts";

/** Documents that people may have read at the same time; far more than the tasks admit. */
const MAX_WAITING = 200;
/** A request during which the process ended is tried so often: once more, in case somebody else ended it. */
const MAX_ATTEMPTS = 2;
/** An answer that nobody waits for any more is waited for so long; then the process is ended. */
const ABANDONED_MS = 1000;

export interface ReaderProcessOptions {
  /** The command line that starts the process. */
  readonly command: readonly string[];
  /** Longest time for one answer, in ms; then the document counts as one that cannot be read. */
  readonly answerMs: number;
  /** A process without work for so long is ended, in ms. */
  readonly idleMs: number;
  readonly timers: Timers;
  readonly logger: Logger;
}

interface Waiting {
  readonly request: DocumentRequest;
  readonly signal: AbortSignal;
  readonly resolve: (reply: DocumentReply) => void;
  readonly reject: (error: AppError) => void;
  /** Called when the process has let go of it. */
  readonly release: () => void;
  attempts: number;
}

export interface PendingReply {
  /** @throws AppError CANCELLED, QUEUE_FULL, DOCUMENT_TIMEOUT, DOCUMENT_READER_FAILED, or what the process says */
  readonly reply: Promise<DocumentReply>;
  /** Resolves when the process does no more for it; after a cancellation that is some time later. */
  readonly released: Promise<void>;
}

/**
 * The service's end of the process that reads documents. It answers one request after the other and exists only while
 * there is something to read.
 *
 * | event        | no process         | idle                | at work                                        |
 * |--------------|--------------------|---------------------|------------------------------------------------|
 * | request      | starts one         | sends it            | waits in line                                  |
 * | answer       | –                  | ignored             | next one, or idle                              |
 * | time is over | –                  | ends it             | ends it, DOCUMENT_TIMEOUT                      |
 * | it ended     | –                  | forgotten           | tried once more, then the document is at fault |
 * | stop         | nothing            | ends it             | ends it, all that wait are refused             |
 */
export class ReaderProcess {
  readonly #options: ReaderProcessOptions;
  readonly #line: Waiting[] = [];
  #process: ChildProcess<DocumentRequest> | null = null;
  #isReady = false;
  #current: Waiting | null = null;
  #cancelTimer: () => void = () => undefined;
  #exited: Promise<void> = Promise.resolve();
  #restarts = 0;

  constructor(options: ReaderProcessOptions) {
    this.#options = options;
  }

  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  get waiting(): number {
    return this.#line.length + (this.#current === null ? 0 : 1);
  }

  /** How often a process ended by itself or had to be ended. */
  get restarts(): number {
    return this.#restarts;
  }

  request(request: DocumentRequest, signal: AbortSignal): PendingReply {
    const { promise: reply, resolve, reject } = Promise.withResolvers<DocumentReply>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    if (signal.aborted || this.#line.length >= MAX_WAITING) {
      reject(signal.aborted ? cancelled() : new AppError("QUEUE_FULL", "Too many documents are being read."));
      release();
      return { reply, released };
    }
    const abort = () => this.#abort(waiting);
    const waiting: Waiting = {
      request,
      signal,
      resolve,
      reject,
      release: () => {
        signal.removeEventListener("abort", abort);
        release();
      },
      attempts: 0,
    };
    signal.addEventListener("abort", abort, { once: true });
    this.#line.push(waiting);
    this.#next();
    return { reply, released };
  }

  /** Ends the process; what waits is refused. It may be used again afterwards. */
  async stop(): Promise<void> {
    const refused = this.#line.splice(0);
    if (this.#current !== null) refused.push(this.#current);
    this.#current = null;
    this.#end();
    for (const waiting of refused) refuse(waiting, cancelled());
    await this.#exited;
  }

  #abort(waiting: Waiting): void {
    if (this.#current === waiting) {
      waiting.reject(cancelled());
      this.#schedule(ABANDONED_MS, () => this.#timeOut(waiting));
      return;
    }
    const index = this.#line.indexOf(waiting);
    if (index !== -1) this.#line.splice(index, 1);
    refuse(waiting, cancelled());
  }

  #next(): void {
    if (this.#current !== null) return;
    if (this.#line.length === 0) {
      if (this.#process !== null) this.#schedule(this.#options.idleMs, () => this.#end());
      return;
    }
    if (this.#process === null) {
      this.#start();
      return;
    }
    if (!this.#isReady) return;
    const waiting = this.#line.shift();
    if (waiting === undefined) return;
    this.#current = waiting;
    waiting.attempts += 1;
    this.#schedule(this.#options.answerMs, () => this.#timeOut(waiting));
    this.#process.send(waiting.request);
  }

  #start(): void {
    const exited = Promise.withResolvers<void>();
    const { command, logger, answerMs } = this.#options;
    this.#isReady = false;
    try {
      const started: ChildProcess<DocumentRequest> = spawnChild(
        { command, called: "document process", logger },
        {
          onMessage: (message) => {
            if (this.#process === started) this.#receive(message);
          },
          onExit: ({ description }) => {
            exited.resolve();
            if (this.#process === started) this.#onDeath(description);
          },
        },
      );
      this.#process = started;
      this.#exited = exited.promise;
      this.#schedule(answerMs, () => this.#onDeath("The document process did not start."));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#refuseAll(`The document process cannot be started: ${reason}.`);
    }
  }

  #receive(value: unknown): void {
    const reply = parseReply(value);
    if (reply === null) {
      this.#onDeath("The document process sent a message that is not in the protocol.");
      return;
    }
    if (reply.type === "ready") {
      this.#isReady = true;
    } else {
      const answered = this.#current;
      this.#current = null;
      if (reply.type === "failed" && reply.isBroken) this.#restart("a document made the reader fail");
      if (reply.type === "failed") answered?.reject(new AppError(reply.code, reply.message));
      else answered?.resolve(reply);
      answered?.release();
    }
    this.#next();
  }

  #timeOut(waiting: Waiting): void {
    this.#current = null;
    this.#restart("a document took too long");
    const seconds = Math.round(this.#options.answerMs / 1000);
    const message = `The document was given up: a part of it took more than ${seconds} s to read.`;
    refuse(waiting, new AppError("DOCUMENT_TIMEOUT", message));
    this.#next();
  }

  #onDeath(description: string): void {
    const waiting = this.#current;
    const wasReady = this.#isReady;
    this.#current = null;
    this.#restart(description);
    if (waiting !== null && waiting.attempts < MAX_ATTEMPTS && !waiting.signal.aborted) {
      this.#line.unshift(waiting);
    } else if (waiting !== null) {
      const code = waiting.request.type === "picture" ? "IMAGE_INVALID" : "PDF_INVALID";
      refuse(waiting, new AppError(code, `The file cannot be read. ${description}`));
    }
    // One that does not even come up will not do so for the others.
    if (wasReady) this.#next();
    else this.#refuseAll(description);
  }

  #restart(reason: string): void {
    this.#restarts += 1;
    this.#options.logger.warn("The document process is ended and started again when needed", {
      source: "documents/reader-process.ts:restart",
      reason,
    });
    this.#end();
  }

  #end(): void {
    this.#cancelTimer();
    const ended = this.#process;
    this.#process = null;
    this.#isReady = false;
    // There is nothing that it could lose.
    ended?.kill("SIGKILL");
  }

  #refuseAll(message: string): void {
    for (const waiting of this.#line.splice(0))
      refuse(waiting, new AppError("DOCUMENT_READER_FAILED", message));
  }

  #schedule(delayMs: number, run: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.timers.schedule(delayMs, run);
  }
}

function refuse({ reject, release }: Waiting, error: AppError): void {
  reject(error);
  release();
}

function cancelled(): AppError {
  return new AppError("CANCELLED", "Reading the document was cancelled.");
}
