import type { Database } from "bun:sqlite";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileTime, PRIVATE_FOLDER } from "./data-files.ts";
import { writeBackup } from "./write-backup.ts";

/** Each may be as large as the database; three reach back far enough to undo an upgrade that turns out bad. */
const KEPT = 3;

const NAME = /^data-\d{8}T\d{6}Z-schema-\d+\.db$/;

/** Folder of the backups that are made before migrations. */
export function backupFolder(databaseFile: string): string {
  return join(dirname(databaseFile), "backups");
}

/** Copies the database before a migration changes it; the oldest such copies are removed. @returns the copy's path */
export function backUpBeforeMigration(
  database: Database,
  file: string,
  schema: number,
  now = new Date(),
): string {
  const folder = backupFolder(file);
  mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
  const backup = join(folder, `data-${fileTime(now)}-schema-${schema}.db`);
  writeBackup(database, backup);
  const made = readdirSync(folder).filter((name) => NAME.test(name));
  for (const name of made.sort().slice(0, -KEPT)) rmSync(join(folder, name));
  return backup;
}
