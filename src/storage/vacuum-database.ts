import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { configureConnection } from "./database.ts";
import { toStorageError } from "./storage-failure.ts";

/**
 * Writes the whole file anew without gaps; it takes as much free space again as the database is large, and only the
 * owner of the data directory may do it.
 *
 * @returns the size before and after, in bytes.
 * @throws AppError STORAGE_UNAVAILABLE, for example when there is too little space, STORAGE_DAMAGED; the file is then
 * as it was.
 */
export function vacuumDatabase(file: string): { readonly before: number; readonly after: number } {
  const before = statSync(file).size;
  let database: Database | undefined;
  try {
    database = new Database(file, { readwrite: true, create: false, strict: true });
    configureConnection(database);
    // Takes the log of a service that was killed into the file; VACUUM then rewrites one file, not two.
    database.run("PRAGMA journal_mode = DELETE");
    // Databases of early versions cannot give space back in steps; this is where they learn it.
    database.run("PRAGMA auto_vacuum = INCREMENTAL");
    database.run("VACUUM");
  } catch (error) {
    throw toStorageError(error);
  } finally {
    database?.close();
  }
  return { before, after: statSync(file).size };
}
