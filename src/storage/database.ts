import { Database } from "bun:sqlite";
import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { AppError } from "../errors/app-error.ts";
import {
  createPrivateFile,
  PRIVATE_FILE,
  PRIVATE_FOLDER,
  publishDatabase,
  removeDatabase,
} from "./data-files.ts";
import { finishHealing, type HealReport, heal } from "./heal.ts";
import { inspectFile } from "./inspect-file.ts";
import { integrityFindings } from "./integrity-findings.ts";
import { MIGRATIONS, migrate, schemaVersion } from "./migrate.ts";
import { backUpBeforeMigration } from "./migration-backup.ts";
import { tableNames } from "./salvage.ts";
import { classifyFailure, reasonOf } from "./storage-failure.ts";

/** A database up to this size is checked as a whole when it is opened; it takes about 0.1 s. */
const WHOLE_CHECK_BYTES = 16 * 1024 * 1024;

/** What happened while the database was opened; plain data, for the log. */
export interface OpenReport {
  readonly healed: HealReport | null;
  /** The copy made before the schema was changed. */
  readonly backup: string | null;
}

export interface OpenOptions {
  readonly migrations?: typeof MIGRATIONS;
  /** What is known to be wrong with the file, in words. */
  readonly damage?: string | null;
}

export interface OpenedDatabase {
  readonly database: Database;
  readonly report: OpenReport;
}

/**
 * Opens (or creates) the database and brings its schema up to date; a damaged file is set aside and what can be read of
 * it is saved. Called by the owner of the data directory only.
 *
 * @throws AppError STORAGE_MIGRATION_FAILED, or STORAGE_UNAVAILABLE when it was damaged too often; SQLite's and the file
 * system's errors when the file cannot be used.
 */
export function openDatabase(
  file: string,
  { migrations = MIGRATIONS, damage: known = null }: OpenOptions = {},
): OpenedDatabase {
  mkdirSync(dirname(file), { recursive: true, mode: PRIVATE_FOLDER });
  const create = (path: string, fill: (database: Database) => void) => createDatabase(path, migrations, fill);
  const finished = finishHealing(file);
  const interrupted =
    finished === null ? null : { reason: "healing was interrupted", setAside: finished, tables: {} };
  const damage = existsSync(file) ? (known ?? inspectFile(file)) : null;
  if (damage !== null) return afterHealing(heal(file, damage, create));
  if (!existsSync(file)) {
    createDatabase(`${file}.new`, migrations, () => undefined);
    publishDatabase(`${file}.new`, file);
  }
  try {
    const { database, backup } = connect(file, migrations);
    return { database, report: { healed: interrupted, backup } };
  } catch (error) {
    if (classifyFailure(error) !== "damaged") throw error;
    return afterHealing(heal(file, reasonOf(error), create));
  }

  function afterHealing(healed: HealReport): OpenedDatabase {
    const { database, backup } = connect(file, migrations);
    return { database, report: { healed, backup } };
  }
}

/** What a connection needs whatever it is used for. */
export function configureConnection(database: Database): void {
  // First, so that the other pragmas already wait for a reader in another process (backup, sqlite3 shell).
  database.run("PRAGMA busy_timeout = 5000");
  database.run("PRAGMA foreign_keys = ON");
}

function connect(file: string, migrations: typeof MIGRATIONS): { database: Database; backup: string | null } {
  const database = new Database(file, { readwrite: true, create: false, strict: true });
  try {
    chmodSync(file, PRIVATE_FILE);
    configureConnection(database);
    verify(database, file);
    let backup: string | null = null;
    // Before the file is switched to WAL: a refused database stays as it was, to the byte.
    migrate(database, migrations, (schema) => {
      backup = backUpBeforeMigration(database, file, schema);
    });
    database.run("PRAGMA journal_mode = WAL");
    // A journal row must survive a power cut, not only a crash: with WAL that takes FULL (0.4 ms a commit).
    database.run("PRAGMA synchronous = FULL");
    // After a burst the log is cut back to this size instead of keeping its largest one forever.
    database.run("PRAGMA journal_size_limit = 16777216");
    return { database, backup };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** @throws AppError STORAGE_DAMAGED, or SQLite's own error that says the same. */
function verify(database: Database, file: string): void {
  const tables = tableNames(database);
  if (!tables.includes("processing_history")) {
    throw new AppError("STORAGE_DAMAGED", "it holds the tables of another program");
  }
  for (const table of tables) {
    database.prepare(`SELECT * FROM "${table}" ORDER BY rowid DESC LIMIT 1`).get();
  }
  if (schemaVersion(database) === 0) throw new AppError("STORAGE_DAMAGED", "its schema has no version");
  if (statSync(file).size > WHOLE_CHECK_BYTES) return;
  const [finding] = integrityFindings(database, 1);
  if (finding !== undefined) throw new AppError("STORAGE_DAMAGED", finding);
}

/** Makes a database that becomes visible only when it is complete, so that an empty one always means damage. */
function createDatabase(
  file: string,
  migrations: typeof MIGRATIONS,
  fill: (database: Database) => void,
): void {
  removeDatabase(file);
  createPrivateFile(file);
  const database = new Database(file, { readwrite: true, create: false, strict: true });
  try {
    // Nobody else sees it yet and it is flushed at the end: no journal file, no waiting for the disk.
    database.run("PRAGMA journal_mode = MEMORY");
    database.run("PRAGMA synchronous = OFF");
    // Only before the first table: deleted rows can then be given back to the disk in small steps.
    database.run("PRAGMA auto_vacuum = INCREMENTAL");
    migrate(database, migrations);
    fill(database);
    database.close();
  } catch (error) {
    database.close();
    removeDatabase(file);
    throw error;
  }
}
