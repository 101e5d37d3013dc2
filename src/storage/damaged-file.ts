import { Database } from "bun:sqlite";
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { removeDatabase } from "./data-files.ts";
import { HEADER_BYTES } from "./inspect-file.ts";
import { tableNames } from "./salvage.ts";

const PAGE_SIZE = 4096;
const JOURNAL_MODE_AT = 18;
const PAGE_COUNT_AT = 28;
const WAL_MODE = 2;

/** Nothing of a file can be read as one of our databases; with what was tried last as the cause. */
export class NothingReadable extends Error {}

/**
 * Runs `use` on a damaged database, opened so that the file itself stays as it is. When its beginning is destroyed, a
 * copy gets the beginning of a healthy database of ours: first the header alone, then all of page 1, which tells where
 * the tables are. The latter is a guess that is right for databases made by this version of the program.
 *
 * @param healthy an open database's file with the newest schema, to take the beginning from
 * @throws NothingReadable when there is nothing of ours in it
 */
export function readDamaged<T>(file: string, healthy: string, use: (database: Database) => T): T {
  // Reading makes logs where there are none; what is set aside must be what was found.
  const made = [`${file}-wal`, `${file}-shm`].filter((log) => !existsSync(log));
  const copy = `${file}.salvage-copy`;
  const attempts = [
    () => file,
    () => withBeginningOf(healthy, HEADER_BYTES, file, copy),
    () => withBeginningOf(healthy, PAGE_SIZE, file, copy),
  ];
  let cause: unknown;
  try {
    for (const prepare of attempts) {
      const database = openReadable(prepare);
      if (database instanceof Database) {
        try {
          return use(database);
        } finally {
          database.close();
        }
      }
      cause = database;
      // It reads well, but is somebody else's: its tables are none of our business.
      if (cause instanceof NothingReadable) throw cause;
    }
    throw new NothingReadable("nothing of it can be read", { cause });
  } finally {
    removeDatabase(copy);
    for (const log of made) rmSync(log, { force: true });
  }
}

/** @returns the open database, or why it is of no use. */
function openReadable(prepare: () => string): Database | Error {
  let database: Database | undefined;
  try {
    database = new Database(prepare(), { readonly: true, strict: true });
    database.run("PRAGMA cell_size_check = ON");
    if (tableNames(database).includes("processing_history")) return database;
    database.close();
    return new NothingReadable("it holds no tables of ours");
  } catch (error) {
    database?.close();
    return error instanceof Error ? error : new Error(String(error));
  }
}

function withBeginningOf(healthy: string, bytes: number, file: string, copy: string): string {
  removeDatabase(copy);
  copyFileSync(file, copy);
  const hasLog = existsSync(`${file}-wal`);
  if (hasLog) copyFileSync(`${file}-wal`, `${copy}-wal`);
  const beginning = Buffer.alloc(bytes);
  const from = openSync(healthy, "r");
  readSync(from, beginning, 0, bytes, 0);
  closeSync(from);
  beginning.fill(hasLog ? WAL_MODE : 1, JOURNAL_MODE_AT, JOURNAL_MODE_AT + 2);
  beginning.writeUInt32BE(Math.ceil(statSync(file).size / PAGE_SIZE), PAGE_COUNT_AT);
  const to = openSync(copy, "r+");
  writeSync(to, beginning, 0, bytes, 0);
  closeSync(to);
  return copy;
}
