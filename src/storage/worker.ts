import type { Database } from "bun:sqlite";
import { AppError } from "../errors/app-error.ts";
import { openDatabase } from "./database.ts";
import { createJournalStore, type JournalStore } from "./journal-store.ts";
import type { PlainError, WorkerReply, WorkerRequest } from "./worker-protocol.ts";

// The only thread that touches the database file; the main thread never waits on a disk.
declare const self: Worker;

let database: Database | undefined;
let store: JournalStore | undefined;

self.onmessage = (event: MessageEvent<WorkerRequest>) => {
  const { id } = event.data;
  try {
    reply({ id, value: handle(event.data) });
  } catch (thrown) {
    reply({ id, error: plainError(thrown) });
  }
};

function handle(request: WorkerRequest): unknown {
  if (request.operation === "open") {
    database = openDatabase(request.file).database;
    store = createJournalStore(database);
    return undefined;
  }
  if (request.operation === "close") {
    close();
    return undefined;
  }
  if (!store) throw new AppError("STORAGE_UNAVAILABLE", "The database is not open.");
  const operation = store[request.operation] as (...args: readonly unknown[]) => unknown;
  return operation(...request.args);
}

/**
 * Leaving WAL mode merges the log into the file and removes it, so that a stopped service leaves one file behind.
 * (`close` alone would not: SQLite waits with it until the last prepared statement has been garbage collected.)
 */
function close(): void {
  if (!database) return;
  database.run("PRAGMA journal_mode = DELETE");
  database.close();
  database = undefined;
  store = undefined;
}

function plainError(thrown: unknown): PlainError {
  if (thrown instanceof AppError) {
    return {
      code: thrown.code,
      message: thrown.message,
      context: thrown.context,
      reason: thrown.cause instanceof Error ? thrown.cause.message : undefined,
    };
  }
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: "STORAGE_UNAVAILABLE",
    message: `The database could not be used: ${reason}.`,
    context: {},
    reason,
  };
}

function reply(message: WorkerReply): void {
  self.postMessage(message);
}
