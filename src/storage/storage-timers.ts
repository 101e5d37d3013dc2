/** Time as the storage sees it; injected, so that tests step through hours without waiting for them. */
export interface StorageTimers {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that only goes forward. */
  monotonicNow(): number;
  /** Runs `run` once after `delayMs`; the returned function cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
}
