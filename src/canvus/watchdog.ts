import type { Timers } from "../timers.ts";

/** Calls `onExpire` when it is not started again in time. */
export class Watchdog {
  readonly #timers: Timers;
  readonly #timeoutMs: number;
  readonly #onExpire: () => void;
  #cancel: () => void = () => undefined;
  #expired = false;

  constructor(timers: Timers, timeoutMs: number, onExpire: () => void) {
    this.#timers = timers;
    this.#timeoutMs = timeoutMs;
    this.#onExpire = onExpire;
  }

  get expired(): boolean {
    return this.#expired;
  }

  start(): void {
    this.#cancel();
    this.#cancel = this.#timers.schedule(this.#timeoutMs, () => {
      this.#expired = true;
      this.#onExpire();
    });
  }

  stop(): void {
    this.#cancel();
  }
}
