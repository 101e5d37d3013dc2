import { AppError } from "../errors/app-error.ts";
import { withCorrelation } from "../observability/correlation.ts";
import type { RunnerFailure } from "./protocol.ts";
import type { GenerateOptions, TextResult } from "./text-engine.ts";

interface PendingRequest {
  readonly resolve: (result: TextResult) => void;
  readonly reject: (error: AppError) => void;
  readonly onText: (piece: string) => void;
  readonly release: () => void;
}

/** The requests a runner works on. Each ends exactly once for its caller, whatever the runner says afterwards. */
export class PendingRequests {
  readonly #pending = new Map<number, PendingRequest>();
  #lastId = 0;

  /**
   * @param onCancel called when the caller gives up; the request stays known until the runner lets go of it
   * @returns the request's id, the promise its caller waits for, and one that resolves when the runner let go of it
   */
  add(
    options: GenerateOptions,
    onCancel: (id: number) => void,
  ): { readonly id: number; readonly result: Promise<TextResult>; readonly released: Promise<void> } {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<TextResult>();
    const released = Promise.withResolvers<void>();
    const cancel = () => {
      reject(new AppError("CANCELLED", "The answer was cancelled."));
      onCancel(id);
    };
    options.signal.addEventListener("abort", cancel, { once: true });
    this.#pending.set(id, {
      resolve,
      reject,
      onText: (piece) => {
        if (options.signal.aborted) return;
        // Called by the runner's message, which belongs to no task; what the caller does with the text does.
        withCorrelation(options.correlationId, () => options.onText?.(piece));
      },
      release: () => {
        options.signal.removeEventListener("abort", cancel);
        released.resolve();
      },
    });
    return { id, result: promise, released: released.promise };
  }

  has(id: number): boolean {
    return this.#pending.has(id);
  }

  text(id: number, piece: string): void {
    this.#pending.get(id)?.onText(piece);
  }

  /** @returns false when the request is not known (any more) */
  resolve(id: number, result: TextResult): boolean {
    return this.#end(id, (request) => request.resolve(result));
  }

  /** @returns false when the request is not known (any more) */
  reject(id: number, { code, message }: RunnerFailure): boolean {
    return this.#end(id, (request) => request.reject(new AppError(code, message)));
  }

  rejectAll(failure: RunnerFailure): void {
    for (const id of [...this.#pending.keys()]) this.reject(id, failure);
  }

  #end(id: number, settle: (request: PendingRequest) => void): boolean {
    const request = this.#pending.get(id);
    if (request === undefined) return false;
    this.#pending.delete(id);
    request.release();
    settle(request);
    return true;
  }
}
