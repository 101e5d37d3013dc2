import type { AppError } from "../errors/app-error.ts";
import type { ErrorCode } from "../errors/registry.ts";
import type { JournalStore } from "./journal-store.ts";

export type Operation = keyof JournalStore;

/** Main thread → storage worker. `open` comes first, `close` last; both are answered like any call. */
export type WorkerRequest =
  | { readonly id: number; readonly operation: "open"; readonly file: string }
  | { readonly id: number; readonly operation: "close" }
  | { readonly id: number; readonly operation: Operation; readonly args: readonly unknown[] };

/** Storage worker → main thread. Errors travel as plain data: a thrown class does not survive the thread border. */
export type WorkerReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PlainError };

export interface PlainError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly context: AppError["context"];
  readonly reason?: string;
}
