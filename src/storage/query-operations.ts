import { Database } from "bun:sqlite";
import { AppError } from "../errors/app-error.ts";
import { configureConnection } from "./database.ts";
import { integrityFindings } from "./integrity-findings.ts";
import { createQueries, type Queries } from "./queries/queries.ts";

export type QueryOperations = ReturnType<typeof createQueryOperations>;

/** What a connection needs that only reads, and reads a lot. */
export function configureReader(database: Database): void {
  configureConnection(database);
  database.run("PRAGMA query_only = ON");
  // 8 MiB instead of 2: the upper pages of all indexes of a million prompts stay in memory.
  database.run("PRAGMA cache_size = -8192");
}

/** What the query worker does on request. `open` comes first; the file must be there. */
export function createQueryOperations() {
  let database: Database | undefined;
  let queries: Queries | undefined;

  return {
    open(file: string): void {
      database?.close();
      // Not read-only: such a connection could not take part in the log when the writer has just left it.
      database = new Database(file, { readwrite: true, create: false, strict: true });
      configureReader(database);
      queries = createQueries(database);
    },

    query(name: keyof Queries, args: readonly unknown[]): unknown {
      if (!queries) throw new AppError("STORAGE_UNAVAILABLE", "The database is not open.");
      const query = queries[name] as (...args: readonly unknown[]) => unknown;
      return query(...args);
    },

    /** Reads the whole file. @returns what is wrong, in words; empty when all is well. */
    checkIntegrity(): string[] {
      if (!database) throw new AppError("STORAGE_UNAVAILABLE", "The database is not open.");
      return integrityFindings(database, 1);
    },

    close(): void {
      database?.close();
      database = undefined;
      queries = undefined;
      Bun.gc(true);
    },
  };
}
