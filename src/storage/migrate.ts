import type { Database } from "bun:sqlite";
import { AppError } from "../errors/app-error.ts";
import { readMigrations } from "./read-migrations.ts" with { type: "macro" };
import type { Migration } from "./read-migrations.ts";

/** All migrations, oldest first; a database's `user_version` is the number of those it has. */
export const MIGRATIONS: readonly Migration[] = readMigrations();

/**
 * Brings the database to the newest schema, each migration in a transaction of its own.
 *
 * @throws AppError STORAGE_MIGRATION_FAILED when a migration fails (that one is rolled back) or when the database was
 * made by a newer version of the program.
 */
export function migrate(database: Database, migrations: readonly Migration[] = MIGRATIONS): void {
  const have = schemaVersion(database);
  if (have > migrations.length) {
    throw new AppError(
      "STORAGE_MIGRATION_FAILED",
      `The database has schema ${have}, this program knows ${migrations.length}: it was made by a newer version.`,
    );
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < have) continue;
    try {
      database.transaction(() => {
        for (const statement of migration.statements) database.run(statement);
        database.run(`PRAGMA user_version = ${index + 1}`);
      })();
    } catch (cause) {
      throw new AppError("STORAGE_MIGRATION_FAILED", `Migration ${migration.name} of the database failed.`, {
        context: { migration: migration.name },
        cause,
      });
    }
  }
}

function schemaVersion(database: Database): number {
  const row = database.query<{ user_version: number }, []>("PRAGMA user_version").get();
  return row?.user_version ?? 0;
}
