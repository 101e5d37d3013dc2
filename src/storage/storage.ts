import { AppError } from "../errors/app-error.ts";
import type { JournalStore } from "./journal-store.ts";
import type { Operation, PlainError, WorkerReply, WorkerRequest } from "./worker-protocol.ts";

interface Waiter {
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

/** The journal as the main thread sees it: the store's operations, awaited. */
export type Journal = {
  [Name in Operation]: (...args: Parameters<JournalStore[Name]>) => Promise<ReturnType<JournalStore[Name]>>;
};

/**
 * The main thread's end of the storage worker.
 *
 * @throws AppError STORAGE_UNAVAILABLE or STORAGE_MIGRATION_FAILED from `start` and from every journal call.
 */
export class Storage {
  readonly #file: string;
  readonly #workerUrl: URL;
  readonly #waiters = new Map<number, Waiter>();
  #worker: Worker | undefined;
  #nextId = 1;

  /** @param options.workerUrl of worker.ts: only a module at the top of src has the same path to it when compiled. */
  constructor(options: { readonly file: string; readonly workerUrl: URL }) {
    this.#file = options.file;
    this.#workerUrl = options.workerUrl;
  }

  async start(): Promise<void> {
    const worker = new Worker(this.#workerUrl);
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<WorkerReply>) => this.#settle(event.data);
    worker.onerror = (event) => this.#failAll(event.message);
    await this.#call({ operation: "open", file: this.#file });
  }

  /** Checkpoints and closes the database; calls that wait are finished first. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    await this.#call({ operation: "close" }).finally(() => {
      this.#worker = undefined;
      worker.terminate();
    });
  }

  readonly journal: Journal = {
    begin: (row) => this.#operate("begin", [row]) as Promise<boolean>,
    update: (correlationId, changes) => this.#operate("update", [correlationId, changes]) as Promise<void>,
    live: () => this.#operate("live", []) as ReturnType<Journal["live"]>,
    ping: () => this.#operate("ping", []) as Promise<void>,
  };

  #operate(operation: Operation, args: readonly unknown[]): Promise<unknown> {
    return this.#call({ operation, args });
  }

  #call(request: DistributiveOmit<WorkerRequest, "id">): Promise<unknown> {
    const worker = this.#worker;
    if (!worker) return Promise.reject(new AppError("STORAGE_UNAVAILABLE", "The database is closed."));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiters.set(id, { resolve, reject });
      worker.postMessage({ id, ...request });
    });
  }

  #settle(reply: WorkerReply): void {
    const waiter = this.#waiters.get(reply.id);
    this.#waiters.delete(reply.id);
    if (!waiter) return;
    if ("error" in reply) waiter.reject(revive(reply.error));
    else waiter.resolve(reply.value);
  }

  #failAll(reason: string): void {
    for (const waiter of this.#waiters.values()) {
      waiter.reject(new AppError("STORAGE_UNAVAILABLE", `The storage worker stopped: ${reason}`));
    }
    this.#waiters.clear();
    this.#worker = undefined;
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function revive(plain: PlainError): AppError {
  const cause = plain.reason === undefined ? undefined : new Error(plain.reason);
  return new AppError(plain.code, plain.message, { context: plain.context, cause });
}
