import type { Database } from "bun:sqlite";
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { schemaVersion } from "./migrate.ts";
import { backupFolder } from "./migration-backup.ts";
import { tableNames } from "./salvage.ts";

interface FileGroup {
  readonly files: number;
  readonly bytes: number;
}

export interface DatabaseStats {
  readonly file: string;
  readonly schema: number;
  readonly sizeBytes: number;
  /** Space inside the file that deleted rows left; new rows take it. */
  readonly freeBytes: number;
  /** What is written and not yet merged into the file; 0 while no service runs. */
  readonly logBytes: number;
  readonly rows: Readonly<Record<string, number>>;
  /** Time of the first and the last prompt; null when there is none. */
  readonly oldestPrompt: string | null;
  readonly newestPrompt: string | null;
  /** Damaged databases that were set aside; nobody removes them but you. */
  readonly setAside: FileGroup;
  /** Copies made before the schema was changed; the newest three are kept. */
  readonly backups: FileGroup;
}

/** What is in the database and how much room it takes. */
export function databaseStats(database: Database, file: string): DatabaseStats {
  const pages = pragma(database, "page_count");
  const pageSize = pragma(database, "page_size");
  const span = database
    .query<{ oldest: string | null; newest: string | null }, []>(
      "SELECT min(created_at) AS oldest, max(created_at) AS newest FROM processing_history",
    )
    .get();
  const tables = tableNames(database).sort();
  return {
    file,
    schema: schemaVersion(database),
    sizeBytes: pages * pageSize,
    freeBytes: pragma(database, "freelist_count") * pageSize,
    logBytes: statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    rows: Object.fromEntries(tables.map((table) => [table, countRows(database, table)])),
    oldestPrompt: span?.oldest ?? null,
    newestPrompt: span?.newest ?? null,
    setAside: filesIn(dirname(file), `${basename(file)}.damaged-`),
    backups: filesIn(backupFolder(file), "data-"),
  };
}

function countRows(database: Database, table: string): number {
  return database.query<{ n: number }, []>(`SELECT count(*) AS n FROM "${table}"`).get()?.n ?? 0;
}

function filesIn(folder: string, beginning: string): FileGroup {
  const sizes = namesIn(folder)
    .filter((name) => name.startsWith(beginning))
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no backup has been made yet
  }
}

function pragma(database: Database, name: string): number {
  return database.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name] ?? 0;
}
