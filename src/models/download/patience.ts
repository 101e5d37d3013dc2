import { AppError } from "../../errors/app-error.ts";
import { retryDelay } from "../../http/retry.ts";
import { sleep, type Timers } from "../../timers.ts";

export interface RetrySettings {
  /** Failures in a row, without a byte in between, before it is given up. */
  readonly maxRetries: number;
  /** Wait after the first failure in ms; it doubles up to 30 s. A server may ask for another one. */
  readonly retryDelayMs: number;
  readonly timers: Timers;
  /** Called with what failed before each wait. */
  readonly onRetry?: (error: AppError) => void;
}

/** Decides whether what failed is tried again, and waits before. */
export class Patience {
  readonly #settings: RetrySettings;
  readonly #signal: AbortSignal;
  #failures = 0;

  constructor(settings: RetrySettings, signal: AbortSignal) {
    this.#settings = settings;
    this.#signal = signal;
  }

  progressed(): void {
    this.#failures = 0;
  }

  /** Waits before the next attempt. @throws the error when there is none, AppError CANCELLED when the signal aborts */
  async failed(thrown: unknown): Promise<void> {
    const { maxRetries, retryDelayMs, timers, onRetry } = this.#settings;
    const isPassing = thrown instanceof AppError && thrown.code === "DOWNLOAD_FAILED";
    if (!isPassing || this.#signal.aborted || this.#failures >= maxRetries) throw thrown;
    this.#failures += 1;
    onRetry?.(thrown);
    await sleep(timers, retryDelay(thrown, this.#failures - 1, retryDelayMs), this.#signal);
  }

  async repeat<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (thrown) {
        await this.failed(thrown);
      }
    }
  }
}
