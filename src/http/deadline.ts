import type { Timers } from "../timers.ts";

/** A request may take this many times its timeout in all, however steadily its bytes trickle in. */
const TOTAL_FACTOR = 10;

/**
 * Ends a request that makes no progress: aborts `signal` after `timeoutMs` without `touch()`, after ten times that in
 * any case, and when the caller's own signal aborts.
 */
export class Deadline {
  readonly timeoutMs: number;
  readonly #timers: Timers;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort = () => this.#controller.abort();
  readonly #cancelTotal: () => void;
  #cancelIdle: () => void;
  #expired = false;

  constructor(timers: Timers, timeoutMs: number, outer: AbortSignal | undefined) {
    this.timeoutMs = timeoutMs;
    this.#timers = timers;
    this.#outer = outer;
    this.#cancelIdle = timers.schedule(timeoutMs, () => this.#expire());
    this.#cancelTotal = timers.schedule(timeoutMs * TOTAL_FACTOR, () => this.#expire());
    if (outer?.aborted) this.#controller.abort();
    else outer?.addEventListener("abort", this.#onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when time ran out; false when the caller aborted or nothing happened yet. */
  get expired(): boolean {
    return this.#expired;
  }

  touch(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#timers.schedule(this.timeoutMs, () => this.#expire());
  }

  /** From now on only the caller's signal ends the request: for streams, which never finish. */
  stopClock(): void {
    this.#cancelIdle();
    this.#cancelTotal();
  }

  /** Stops the clock and lets go of the caller's signal. */
  dispose(): void {
    this.stopClock();
    this.#outer?.removeEventListener("abort", this.#onOuterAbort);
  }

  #expire(): void {
    this.#expired = true;
    this.#controller.abort();
    this.dispose();
  }
}
