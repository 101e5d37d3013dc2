import type { Timers } from "../timers.ts";

interface Entry {
  /** On the clock that only goes forward. */
  readonly at: number;
  readonly delayMs: number;
  readonly run: () => void;
}

interface Waiter {
  readonly accepts: (delayMs: number, at: number) => boolean;
  readonly resolve: (delayMs: number) => void;
}

/** Time that stands still until a test moves it. */
export class FakeTimers implements Timers {
  #epoch = Date.UTC(2026, 0, 1);
  #passed = 0;
  readonly #entries = new Set<Entry>();
  readonly #waiters = new Set<Waiter>();

  now(): number {
    return this.#epoch + this.#passed;
  }

  monotonicNow(): number {
    return this.#passed;
  }

  /** Sets the time of day forward, or back; no time passes. */
  setClockBy(ms: number): void {
    this.#epoch += ms;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const entry = { at: this.#passed + delayMs, delayMs, run };
    this.#entries.add(entry);
    for (const waiter of [...this.#waiters]) {
      if (!waiter.accepts(delayMs, entry.at)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(delayMs);
    }
    return () => this.#entries.delete(entry);
  }

  /** Timers that wait to run. */
  get pending(): number {
    return this.#entries.size;
  }

  /** Lets time pass and runs what becomes due, in order. */
  advance(ms: number): void {
    const end = this.#passed + ms;
    for (;;) {
      const due = [...this.#entries]
        .filter((entry) => entry.at <= end)
        .sort((one, other) => one.at - other.at);
      const [next] = due;
      if (next === undefined) break;
      this.#entries.delete(next);
      this.#passed = Math.max(this.#passed, next.at);
      next.run();
    }
    this.#passed = end;
  }

  /** Resolves when a timer is set, from now on or already, whose delay the test is waiting for. */
  untilScheduled(accepts: (delayMs: number, at: number) => boolean): Promise<number> {
    for (const { delayMs, at } of this.#entries) if (accepts(delayMs, at)) return Promise.resolve(delayMs);
    return new Promise((resolve) => this.#waiters.add({ accepts, resolve }));
  }
}
