import { AppError } from "../errors/app-error.ts";
import type { ErrorCode } from "../errors/registry.ts";
import { reasonOf, toStorageError } from "./storage-failure.ts";

/** What a storage worker can be asked for, by name. It is synchronous there and awaited on the main thread. */
export type Operations = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Main thread → storage worker. Answered in the order in which they were sent. */
export interface WorkerRequest {
  readonly id: number;
  readonly operation: string;
  readonly args: readonly unknown[];
}

/** Storage worker → main thread. */
export type WorkerReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PlainError };

/** Errors travel as plain data: a thrown class does not survive the thread border. */
export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly context: AppError["context"];
  readonly reason: string;
}

export function plainError(thrown: unknown): PlainError {
  const { code, message, context } = toStorageError(thrown);
  return { code, message, context, reason: reasonOf(thrown) };
}

export function revivedError({ code, message, context, reason }: PlainError): AppError {
  return new AppError(code, message, { context, cause: new Error(reason) });
}
