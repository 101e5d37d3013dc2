import { Database } from "bun:sqlite";
import { statSync } from "node:fs";

/**
 * Takes a lock that ends with this process, however that happens: an exclusive transaction on an SQLite database without
 * content, that is, a lock of the operating system on both Linux and Windows. Closing the database releases it.
 * @param path of a file that may be empty; nothing else may be in it
 * @returns `busy` when another process holds it, `damaged` when the file is something else
 * @throws SQLite's or the file system's error when there can be no lock, for example on a read-only disk
 */
export function exclusiveLock(path: string): Database | "busy" | "damaged" {
  const database = new Database(path);
  try {
    database.run("PRAGMA busy_timeout = 0");
    // An empty one would have to be written to be locked, which a full disk refuses; so that is done once.
    if (statSync(path).size === 0) database.run("PRAGMA user_version = 1");
    database.run("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code.startsWith("SQLITE_BUSY")) return "busy";
    if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) return "damaged";
    throw error;
  }
}
