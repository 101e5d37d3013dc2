import type { ErrorCategory } from "./error-info.ts";
import { ERRORS, type ErrorCode } from "./registry.ts";

export interface AppErrorOptions {
  /** What was being done and with what: ids, paths, counts. Never secrets, never prompts. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error that is expected to happen: it has a stable code, a sentence for people and a hint what to do. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, unknown>>;

  /** @param message one sentence for people: what happened, in their words. */
  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
  }

  get category(): ErrorCategory {
    return ERRORS[this.code].category;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  get hint(): string {
    return ERRORS[this.code].hint;
  }
}

/** Turns whatever was thrown into an AppError; what nobody expected becomes INTERNAL with the original as cause. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError("INTERNAL", message, { cause: thrown });
}
