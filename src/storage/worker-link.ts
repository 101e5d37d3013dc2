import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { type Operations, revivedError, type WorkerReply, type WorkerRequest } from "./worker-protocol.ts";

/** Prompts, sessions and reports that may wait for the database at the same time; far more than the queues admit. */
const MAX_WAITING = 20_000;
/** A worker that dies so often without doing anything in between will not come back by itself. */
const MAX_DEATHS = 3;

interface Waiting {
  readonly request: WorkerRequest;
  readonly repeat: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: AppError) => void;
}

export interface CallOptions {
  /** False for what must not be done twice; it fails when the worker dies before it answers. */
  readonly repeat?: boolean;
}

/**
 * The main thread's end of one storage worker: calls are answered in order. When the worker dies it is started again,
 * gets `opening` first and then every call that was not answered; such calls must therefore bear being repeated.
 *
 * | method | no worker                | worker runs    | died too often                   |
 * |--------|--------------------------|----------------|----------------------------------|
 * | call   | starts one, then calls   | calls          | starts one anew, then calls      |
 * | stop   | nothing                  | ends it        | nothing                          |
 */
export class WorkerLink<Ops extends Operations> {
  readonly #url: URL;
  readonly #opening: () => { operation: keyof Ops & string; args: readonly unknown[] } | null;
  readonly #logger: Logger;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;
  #deaths = 0;
  #restarts = 0;

  /** @param options.opening what a worker that is started again must be told before it can work. */
  constructor(options: {
    readonly url: URL;
    readonly opening: () => { operation: keyof Ops & string; args: readonly unknown[] } | null;
    readonly logger: Logger;
  }) {
    this.#url = options.url;
    this.#opening = options.opening;
    this.#logger = options.logger;
  }

  get running(): boolean {
    return this.#worker !== undefined;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** @throws AppError with the worker's code, or STORAGE_UNAVAILABLE when there is no working worker. */
  call<Name extends keyof Ops & string>(
    operation: Name,
    args: Parameters<Ops[Name]>,
    options: CallOptions = {},
  ): Promise<ReturnType<Ops[Name]>> {
    if (this.#waiting.size >= MAX_WAITING) {
      return Promise.reject(new AppError("STORAGE_UNAVAILABLE", "Too much waits for the database."));
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const request = { id: this.#nextId++, operation, args: [...args] };
    this.#waiting.set(request.id, { request, repeat: options.repeat ?? true, resolve, reject });
    const worker = this.#worker ?? this.#start();
    worker.postMessage(request);
    return promise as Promise<ReturnType<Ops[Name]>>;
  }

  /** Ends the worker; calls that wait are refused. Afterwards it holds no file any more. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#refuseAll("it was stopped");
    if (!worker) return;
    const closed = new Promise((resolve) => worker.addEventListener("close", resolve));
    worker.terminate();
    await closed;
  }

  #start(): Worker {
    const worker = new Worker(this.#url);
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<WorkerReply>) => this.#settle(event.data);
    // An error nobody caught ends the worker; `close` comes after it, and also when it ended without an error.
    worker.onerror = (event) => {
      this.#logger.warn("a storage worker failed", {
        source: "storage/worker-link.ts:start",
        reason: event.message,
      });
    };
    worker.addEventListener("close", () => this.#onDeath(worker));
    return worker;
  }

  #settle(reply: WorkerReply): void {
    this.#deaths = 0;
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiting.reject(revivedError(reply.error));
    else waiting.resolve(reply.value);
  }

  #onDeath(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#deaths += 1;
    for (const [id, { repeat, reject }] of this.#waiting) {
      if (repeat) continue;
      this.#waiting.delete(id);
      reject(new AppError("STORAGE_UNAVAILABLE", "The storage worker ended before it answered."));
    }
    if (this.#deaths >= MAX_DEATHS) {
      this.#deaths = 0;
      this.#refuseAll("it ended again and again");
      return;
    }
    this.#restarts += 1;
    this.#logger.warn("the storage worker ended and is started again", {
      source: "storage/worker-link.ts:onDeath",
      repeated_calls: this.#waiting.size,
    });
    const opening = this.#opening();
    const fresh = this.#start();
    // Nobody waits for its answer: if it fails, so do the calls behind it.
    if (opening) fresh.postMessage({ id: 0, ...opening });
    for (const { request } of this.#waiting.values()) fresh.postMessage(request);
  }

  #refuseAll(why: string): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new AppError("STORAGE_UNAVAILABLE", `The storage worker does not answer: ${why}.`));
    }
    this.#waiting.clear();
  }
}
