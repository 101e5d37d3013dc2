import { Database } from "bun:sqlite";
import { AppError } from "../errors/app-error.ts";
import { createPrivateFile, publishDatabase, removeDatabase } from "./data-files.ts";
import { integrityFindings } from "./integrity-findings.ts";

/**
 * Writes a compact copy of the database as it is at this moment, safe while another process writes to it. The copy is
 * checked and flushed before it gets its name, so that a file of that name is always a whole backup.
 *
 * @throws AppError STORAGE_DAMAGED when the copy does not pass the check; SQLite's and the file system's errors.
 */
export function writeBackup(database: Database, destination: string): void {
  const partial = `${destination}.partial-${process.pid}`;
  try {
    createPrivateFile(partial);
    database.query<null, [string]>("VACUUM INTO ?").run(partial);
    const problems = problemsOf(partial);
    if (problems.length > 0) {
      throw new AppError("STORAGE_DAMAGED", `The backup did not pass its check: ${problems.join("; ")}.`);
    }
    publishDatabase(partial, destination);
  } finally {
    removeDatabase(partial);
  }
}

/** Of a closed database file. */
function problemsOf(file: string, limit = 20): string[] {
  const database = new Database(file, { readonly: true, strict: true });
  try {
    return integrityFindings(database, limit);
  } finally {
    database.close();
  }
}
