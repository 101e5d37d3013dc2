import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { migrate } from "./migrate.ts";

/**
 * Opens (or creates) the database and brings its schema up to date. Called in the storage worker only.
 *
 * @throws AppError STORAGE_MIGRATION_FAILED; SQLite's own error when the file cannot be opened.
 */
export function openDatabase(file: string): Database {
  // The history holds prompts: nobody but the service's user may read it.
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new Database(file, { create: true, strict: true });
  // First, so that the other pragmas already wait for a reader in another process (backup, sqlite3 shell).
  database.run("PRAGMA busy_timeout = 5000");
  database.run("PRAGMA journal_mode = WAL");
  // A journal row must survive a power cut, not only a crash: with WAL that takes FULL (0.4 ms a commit).
  database.run("PRAGMA synchronous = FULL");
  database.run("PRAGMA foreign_keys = ON");
  migrate(database);
  return database;
}
