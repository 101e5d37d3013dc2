import { AppError } from "../errors/app-error.ts";
import { withCorrelation } from "../observability/correlation.ts";
import type { RunnerFailure } from "./protocol.ts";
import { parseWorkResult, type WorkKind, type WorkResult } from "./runner-work.ts";

export interface WorkOptions {
  readonly correlationId: string;
  readonly signal: AbortSignal;
  /** Called with each new piece of text, in order. */
  readonly onText?: (piece: string, tokens: number) => void;
  /** Called after each denoising step that is done. */
  readonly onStep?: (step: number, steps: number) => void;
}

/** What a request does with its runner. */
export interface Work<T> {
  readonly result: Promise<T>;
  /** Resolves when the runner has let go of it; after a cancellation that is later than the result. */
  readonly released: Promise<void>;
}

interface PendingRequest {
  /** @returns false when that is no result of such work; the request stays then */
  readonly accept: (result: unknown) => boolean;
  readonly reject: (error: AppError) => void;
  readonly tell: (say: (options: WorkOptions) => void) => void;
  readonly release: () => void;
}

/** The requests a runner works on. Each ends exactly once for its caller, whatever the runner says afterwards. */
export class PendingRequests {
  readonly #pending = new Map<number, PendingRequest>();
  #lastId = 0;

  /**
   * @param onCancel called when the caller gives up; the request stays known until the runner lets go of it
   * @returns the request's id, and what its caller waits for
   */
  add<Kind extends WorkKind>(
    kind: Kind,
    options: WorkOptions,
    onCancel: (id: number) => void,
  ): Work<WorkResult<Kind>> & { readonly id: number } {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<WorkResult<Kind>>();
    const released = Promise.withResolvers<void>();
    const cancel = () => {
      reject(new AppError("CANCELLED", "The answer was cancelled."));
      onCancel(id);
    };
    options.signal.addEventListener("abort", cancel, { once: true });
    this.#pending.set(id, {
      accept: (value) => {
        const result = parseWorkResult(kind, value);
        if (result === null) return false;
        resolve(result);
        return true;
      },
      reject,
      tell: (say) => {
        // Called by the runner's message, which belongs to no task; what the caller does with it does.
        if (!options.signal.aborted) withCorrelation(options.correlationId, () => say(options));
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

  text(id: number, piece: string, tokens: number): void {
    this.#pending.get(id)?.tell(({ onText }) => onText?.(piece, tokens));
  }

  step(id: number, step: number, steps: number): void {
    this.#pending.get(id)?.tell(({ onStep }) => onStep?.(step, steps));
  }

  /** @returns `nonsense` when that cannot be the request's result, `unknown` when there is no such request (any more) */
  resolve(id: number, result: unknown): "resolved" | "unknown" | "nonsense" {
    const request = this.#pending.get(id);
    if (request === undefined) return "unknown";
    if (!request.accept(result)) return "nonsense";
    this.#end(id, request);
    return "resolved";
  }

  /** @returns false when the request is not known (any more) */
  reject(id: number, { code, message }: RunnerFailure): boolean {
    const request = this.#pending.get(id);
    if (request === undefined) return false;
    this.#end(id, request);
    request.reject(new AppError(code, message));
    return true;
  }

  rejectAll(failure: RunnerFailure): void {
    for (const id of [...this.#pending.keys()]) this.reject(id, failure);
  }

  #end(id: number, request: PendingRequest): void {
    this.#pending.delete(id);
    request.release();
  }
}
