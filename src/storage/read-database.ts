import { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { AppError } from "../errors/app-error.ts";
import { classifyFailure } from "./storage-failure.ts";

/**
 * Opens the history for commands that only look, and closes it again: nothing is created, changed or locked, also
 * while a service writes, and a service that stops meanwhile is not held up by a connection that stays open.
 * @throws AppError STORAGE_MISSING when there is none, STORAGE_UNAVAILABLE when it cannot be read, STORAGE_DAMAGED
 */
export function readDatabase<T>(file: string, read: (database: Database) => T): T {
  if (!existsSync(file)) {
    const message = `There is no database ${file}: no service has run with this data directory.`;
    throw new AppError("STORAGE_MISSING", message);
  }
  let database: Database | undefined;
  try {
    database = new Database(file, { readonly: true, strict: true });
    database.run("PRAGMA busy_timeout = 5000");
    return read(database);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const code = classifyFailure(cause) === "damaged" ? "STORAGE_DAMAGED" : "STORAGE_UNAVAILABLE";
    throw new AppError(code, `The database ${file} cannot be read: ${reason}.`, { cause });
  } finally {
    database?.close();
    // The file stays open until the statements are collected.
    Bun.gc(true);
  }
}
