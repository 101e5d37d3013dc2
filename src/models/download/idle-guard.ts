import type { Timers } from "../../timers.ts";

/** Aborts a request that has been silent for too long, or that the caller gives up. It may take any time in all. */
export class IdleGuard {
  readonly idleMs: number;
  readonly #timers: Timers;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onOuterAbort = () => this.#controller.abort();
  #cancel: () => void = () => undefined;
  #expired = false;

  constructor(timers: Timers, idleMs: number, outer: AbortSignal) {
    this.idleMs = idleMs;
    this.#timers = timers;
    this.#outer = outer;
    if (outer.aborted) this.#controller.abort();
    else outer.addEventListener("abort", this.#onOuterAbort, { once: true });
    this.touch();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when the silence was too long; false when the caller gave up or nothing happened yet. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Something came: the silence begins anew. */
  touch(): void {
    this.pause();
    this.#cancel = this.#timers.schedule(this.idleMs, () => {
      this.#expired = true;
      this.#controller.abort();
    });
  }

  /** While it is not the server that is waited for. */
  pause(): void {
    this.#cancel();
  }

  /** Ends the request if it still runs, and lets go of everything. */
  dispose(): void {
    this.pause();
    this.#outer.removeEventListener("abort", this.#onOuterAbort);
    this.#controller.abort();
  }
}
