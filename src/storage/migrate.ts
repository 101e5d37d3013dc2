import type { Database } from "bun:sqlite";
import { AppError } from "../errors/app-error.ts";
import { readMigrations } from "./read-migrations.ts" with { type: "macro" };
import type { Migration } from "./read-migrations.ts";
import { classifyFailure } from "./storage-failure.ts";

/** All migrations, oldest first; a database's `user_version` is the number of those it has. */
export const MIGRATIONS: readonly Migration[] = readMigrations();

/**
 * Brings the database to the newest schema, each migration in a transaction of its own.
 *
 * @param backUp called with the present schema before the first change, when there is something to lose.
 * @throws AppError STORAGE_MIGRATION_FAILED when a migration fails (that one is rolled back) or when the database was
 * made by a newer version of the program; SQLite's error when the disk or the file is at fault, not the migration.
 */
export function migrate(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
  backUp: (schema: number) => void = () => undefined,
): void {
  const have = schemaVersion(database);
  if (have > migrations.length) {
    throw new AppError(
      "STORAGE_MIGRATION_FAILED",
      `The database has schema ${have}, this program knows ${migrations.length}: it was made by a newer version.`,
    );
  }
  if (have > 0 && have < migrations.length) backUp(have);
  for (const [index, migration] of migrations.entries()) {
    if (index < have) continue;
    try {
      database.transaction(() => {
        for (const statement of migration.statements) database.run(statement);
        database.run(`PRAGMA user_version = ${index + 1}`);
      })();
    } catch (cause) {
      if (classifyFailure(cause) !== "refused") throw cause;
      throw new AppError("STORAGE_MIGRATION_FAILED", `Migration ${migration.name} of the database failed.`, {
        context: { migration: migration.name },
        cause,
      });
    }
  }
}

export function schemaVersion(database: Database): number {
  const row = database.query<{ user_version: number }, []>("PRAGMA user_version").get();
  return row?.user_version ?? 0;
}
