import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { humanBytes } from "../human-bytes.ts";
import { DataDirLock } from "../storage/data-dir-lock.ts";
import { type DatabaseStats, databaseStats } from "../storage/database-stats.ts";
import { inspectFile } from "../storage/inspect-file.ts";
import { integrityFindings } from "../storage/integrity-findings.ts";
import { readDatabase } from "../storage/read-database.ts";
import { toStorageError } from "../storage/storage-failure.ts";
import { vacuumDatabase } from "../storage/vacuum-database.ts";
import { writeBackup } from "../storage/write-backup.ts";
import { loadReadableSettings } from "./load-settings.ts";

const MAX_FINDINGS = 20;

/** `canvuslocallm db check`. @returns the exit code: 1 when the database is damaged. */
export async function checkDatabase(envFile: string | undefined): Promise<number> {
  const file = await databaseFile(envFile);
  const damage = inspectFile(file);
  const findings = damage === null ? findDamage(file) : [damage];
  if (findings.length === 0) {
    process.stdout.write(`${file} is well.\n`);
    return 0;
  }
  const lines = findings.map((finding) => `  - ${finding}`);
  process.stdout.write(
    [
      `${file} is damaged:`,
      ...lines,
      "The service sets the file aside and saves every row that can be read, at its next start or when it meets the damage.",
      "",
    ].join("\n"),
  );
  return 1;
}

/** `canvuslocallm db backup`. @returns the exit code. */
export async function backUpDatabase(
  destination: string,
  options: { readonly envFile: string | undefined; readonly force: boolean },
): Promise<number> {
  const file = await databaseFile(options.envFile);
  const target = resolve(destination);
  if (existsSync(target) && !options.force) {
    process.stderr.write(`canvuslocallm: ${target} exists already. Give --force to replace it.\n`);
    return 1;
  }
  if (!existsSync(dirname(target))) {
    process.stderr.write(
      `canvuslocallm: there is no folder ${dirname(target)}. Make it first, or name another one.\n`,
    );
    return 1;
  }
  const rows = readDatabase(file, (database) => {
    try {
      writeBackup(database, target);
    } catch (error) {
      throw toStorageError(error);
    }
    return databaseStats(database, file).rows.processing_history ?? 0;
  });
  process.stdout.write(
    `${target} is written and checked: ${rows} prompts, ${humanBytes(Bun.file(target).size)}.\n`,
  );
  return 0;
}

/** `canvuslocallm db vacuum`. @returns the exit code. @throws AppError DATA_DIR_IN_USE while the service runs. */
export async function vacuum(envFile: string | undefined): Promise<number> {
  const file = await databaseFile(envFile);
  // A damaged file is the service's to heal; rewriting it could lose what can still be read.
  readDatabase(file, () => undefined);
  const lock = new DataDirLock(dirname(file), "canvuslocallm db vacuum");
  try {
    lock.acquire();
  } catch (error) {
    throw toStorageError(error);
  }
  try {
    const { before, after } = vacuumDatabase(file);
    process.stdout.write(`${file}: ${humanBytes(before)} before, ${humanBytes(after)} now.\n`);
  } finally {
    lock.release();
  }
  return 0;
}

/** `canvuslocallm db stats`. @returns the exit code. */
export async function showStats(envFile: string | undefined, json: boolean): Promise<number> {
  const file = await databaseFile(envFile);
  const stats = readDatabase(file, (database) => databaseStats(database, file));
  process.stdout.write(json ? `${JSON.stringify(stats, null, 2)}\n` : statsAsText(stats));
  return 0;
}

function statsAsText(stats: DatabaseStats): string {
  const facts: readonly (readonly [string, string])[] = [
    ["File", stats.file],
    ["Schema", String(stats.schema)],
    ["Size", `${humanBytes(stats.sizeBytes)}, of which ${humanBytes(stats.freeBytes)} free inside`],
    ["Write-ahead", humanBytes(stats.logBytes)],
    ["Prompts", span(stats)],
    ["Backups", group(stats.backups)],
    ["Set aside", group(stats.setAside)],
  ];
  const rows = Object.entries(stats.rows).map(([table, count]) => `  ${table.padEnd(24)}${count}`);
  return [...facts.map(([name, value]) => `${name.padEnd(12)}${value}`), "Rows", ...rows, ""].join("\n");
}

function span({ oldestPrompt, newestPrompt }: DatabaseStats): string {
  return oldestPrompt === null ? "none" : `from ${oldestPrompt} to ${newestPrompt}`;
}

function group({ files, bytes }: DatabaseStats["backups"]): string {
  return files === 0 ? "none" : `${files === 1 ? "1 file" : `${files} files`}, ${humanBytes(bytes)}`;
}

function findDamage(file: string): string[] {
  try {
    return readDatabase(file, (database) => integrityFindings(database, MAX_FINDINGS));
  } catch (error) {
    if (error instanceof AppError && error.code === "STORAGE_DAMAGED") return [error.message];
    throw error;
  }
}

async function databaseFile(envFile: string | undefined): Promise<string> {
  const { settings } = await loadReadableSettings(envFile);
  const folder = settings.find(({ name }) => name === "CANVUSLLM_DATA_DIR")?.value;
  if (typeof folder !== "string") throw new AppError("CONFIG_INVALID", "CANVUSLLM_DATA_DIR is wrong.");
  return join(folder, "data.db");
}
