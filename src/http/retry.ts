import { AppError } from "../errors/app-error.ts";
import { sleep, type Timers } from "../timers.ts";

export interface RetryPolicy {
  /** Repetitions after the first attempt. */
  readonly maxRetries: number;
  /** Delay before the first repetition, in ms; it doubles each time. */
  readonly retryDelayMs: number;
  readonly timers: Timers;
  /** Which of the retryable errors are worth a repetition. Defaults to all. */
  readonly accepts?: (error: AppError) => boolean;
}

/** No single wait is longer than this: people are looking at the canvas. */
export const MAX_DELAY_MS = 30_000;

/**
 * Exponential back-off with jitter over the upper half: clients that lost the same server at the same moment must not
 * come back at the same moment, yet nobody hammers it at once.
 *
 * @param attempt 0 for the wait before the first repetition.
 * @returns ms between half of and the full `baseMs * 2^attempt`, capped at MAX_DELAY_MS.
 */
export function backoffDelay(attempt: number, baseMs: number): number {
  const full = Math.min(MAX_DELAY_MS, baseMs * 2 ** Math.min(attempt, 30));
  return full / 2 + (Math.random() * full) / 2;
}

/** The wait before a repetition: what the server asked for (Retry-After), else the back-off. */
export function retryDelay(error: unknown, attempt: number, baseMs: number): number {
  const asked = error instanceof AppError ? error.context.retry_after_ms : undefined;
  if (typeof asked === "number") return Math.min(Math.max(asked, 0), MAX_DELAY_MS);
  return backoffDelay(attempt, baseMs);
}

export function isRetryable(error: unknown): error is AppError {
  return error instanceof AppError && error.retryable;
}

/**
 * Repeats an idempotent operation while its errors are retryable. Never use it for a POST: a create whose answer got
 * lost may have been applied.
 *
 * @throws the last error, AppError CANCELLED when the signal aborts during a wait.
 */
export async function withRetry<T>(
  operation: () => Promise<T>,
  policy: RetryPolicy,
  signal?: AbortSignal,
  onRetry?: (error: AppError, delayMs: number) => void,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      if (attempt >= policy.maxRetries || !isRetryable(error)) throw error;
      if (policy.accepts?.(error) === false) throw error;
      const delayMs = retryDelay(error, attempt, policy.retryDelayMs);
      onRetry?.(error, delayMs);
      await sleep(policy.timers, delayMs, signal);
    }
  }
}
