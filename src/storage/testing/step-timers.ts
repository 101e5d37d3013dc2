import type { StorageTimers } from "../storage-timers.ts";

interface Planned {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told the time. */
export class StepTimers implements StorageTimers {
  #now = Date.parse("2026-01-02T00:00:00.000Z");
  readonly #planned = new Set<Planned>();

  now(): number {
    return this.#now;
  }

  monotonicNow(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const planned = { at: this.#now + delayMs, run };
    this.#planned.add(planned);
    return () => this.#planned.delete(planned);
  }

  /** Lets time pass; what falls due runs in its order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#planned].sort((a, b) => a.at - b.at);
      if (!next || next.at > end) break;
      this.#planned.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}
