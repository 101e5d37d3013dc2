import { AppError } from "./errors/app-error.ts";

/** Time; injected, so that tests step through minutes without waiting for them. */
export interface Timers {
  /** Milliseconds since the epoch; people and time servers set it, also backwards. */
  now(): number;
  /** Milliseconds on a clock that only goes forward: for durations and deadlines. */
  monotonicNow(): number;
  /** Runs `run` once after `delayMs`; the returned function cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  schedule(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
};

/** @throws AppError CANCELLED as soon as the signal aborts. */
export function sleep(timers: Timers, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancelled());
      return;
    }
    const onAbort = () => {
      cancelTimer();
      reject(cancelled());
    };
    const cancelTimer = timers.schedule(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

export function cancelled(): AppError {
  return new AppError("CANCELLED", "The request was cancelled.");
}
