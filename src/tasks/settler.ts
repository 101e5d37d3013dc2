import type { Timers } from "../timers.ts";

interface Pending {
  readonly content: string;
  readonly cancel: () => void;
}

/**
 * Waits until people have stopped typing: every intermediate text of a note is streamed, and half a question must not
 * be answered. One pending entry per widget, so it is bounded by what is on the canvases.
 */
export class Settler {
  readonly #pending = new Map<string, Pending>();
  readonly #settleMs: number;
  readonly #timers: Timers;

  constructor(options: { readonly settleMs: number; readonly timers: Timers }) {
    this.#settleMs = options.settleMs;
    this.#timers = options.timers;
  }

  /** Starts the wait, or starts it again when the content differs; moving a note does not make it wait longer. */
  touch(key: string, content: string, onSettled: () => void): void {
    const pending = this.#pending.get(key);
    if (pending?.content === content) return;
    pending?.cancel();
    const cancel = this.#timers.schedule(this.#settleMs, () => {
      this.#pending.delete(key);
      onSettled();
    });
    this.#pending.set(key, { content, cancel });
  }

  forget(key: string): void {
    this.#pending.get(key)?.cancel();
    this.#pending.delete(key);
  }

  stop(): void {
    for (const key of [...this.#pending.keys()]) this.forget(key);
  }

  get size(): number {
    return this.#pending.size;
  }
}
