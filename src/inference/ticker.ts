/** Fine enough for deadlines of seconds, rare enough to cost nothing. */
const TICK_MS = 250;
/** A busy main thread delays ticks as well as heartbeats; time it slept through is not held against the runner. */
const MAX_TICK_MS = 2 * TICK_MS;

/** Tells how much time has passed, a few times a second, while somebody wants to know. */
export class Ticker {
  readonly #onTick: (elapsedMs: number) => void;
  #timer: ReturnType<typeof setInterval> | null = null;

  /** @param onTick gets the milliseconds since the last call, at most twice the interval */
  constructor(onTick: (elapsedMs: number) => void) {
    this.#onTick = onTick;
  }

  /** Does nothing when it runs already. */
  start(): void {
    if (this.#timer !== null) return;
    let last = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      const elapsedMs = Math.min(now - last, MAX_TICK_MS);
      last = now;
      this.#onTick(elapsedMs);
    }, TICK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
