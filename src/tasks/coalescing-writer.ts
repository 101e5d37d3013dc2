import { type AppError, toAppError } from "../errors/app-error.ts";
import type { Timers } from "../timers.ts";

/**
 * Writes the latest of many values to a slow place: at most one write in flight, at least `intervalMs` between two,
 * values in between are dropped. A write that fails is not repeated, the next value replaces it anyway; the error is
 * thrown by `finish`, or handed to `onError` when nothing can mend it. After `finish` and `stop` nothing more is taken.
 */
export class CoalescingWriter<T> {
  readonly #write: (value: T) => Promise<void>;
  readonly #intervalMs: number;
  readonly #timers: Timers;
  readonly #onError: (error: AppError) => void;
  #latest: { value: T } | null = null;
  #busy: Promise<void> = Promise.resolve();
  #isBusy = false;
  #isStopped = false;
  #cancelTimer: (() => void) | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly write: (value: T) => Promise<void>;
    readonly intervalMs: number;
    readonly timers: Timers;
    readonly onError: (error: AppError) => void;
  }) {
    this.#write = options.write;
    this.#intervalMs = options.intervalMs;
    this.#timers = options.timers;
    this.#onError = options.onError;
  }

  /** Returns at once. */
  push(value: T): void {
    if (this.#isStopped) return;
    this.#latest = { value };
    this.#pump();
  }

  /** Drops what waits, lets the write in flight end, then writes this value. */
  async finish(value: T): Promise<void> {
    await this.stop();
    await this.#write(value);
  }

  /** Drops what waits and lets the write in flight end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#latest = null;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    await this.#busy;
  }

  #pump(): void {
    if (this.#isBusy || this.#cancelTimer || !this.#latest) return;
    const wait = this.#lastAt + this.#intervalMs - this.#timers.monotonicNow();
    if (wait > 0) {
      this.#cancelTimer = this.#timers.schedule(wait, () => {
        this.#cancelTimer = null;
        this.#pump();
      });
      return;
    }
    const { value } = this.#latest;
    this.#latest = null;
    this.#isBusy = true;
    this.#lastAt = this.#timers.monotonicNow();
    this.#busy = this.#write(value)
      .catch((thrown) => this.#onError(toAppError(thrown)))
      .finally(() => {
        this.#isBusy = false;
        this.#pump();
      });
  }
}
