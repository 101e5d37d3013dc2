import type { Database } from "bun:sqlite";
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { NothingReadable, readDamaged } from "./damaged-file.ts";
import { fileTime, moveDatabase, publishDatabase, removeDatabase } from "./data-files.ts";
import { type SalvagedTables, salvageRows } from "./salvage.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Damage again and again means a failing disk: more copies would fill it, and nothing written there is safe. */
const MAX_A_DAY = 5;

export interface HealReport {
  /** What was wrong, in words. */
  readonly reason: string;
  /** Where the damaged file is now. */
  readonly setAside: string;
  readonly tables: SalvagedTables;
}

/**
 * Replaces a damaged, closed database by a fresh one that holds every row that can still be read, and sets the damaged
 * file aside. A crash at any moment loses nothing: the fresh database is complete before the old one is moved, and
 * `finishHealing` takes it from there.
 *
 * @param create makes an empty database with the newest schema at a path, calls `fill` with it and closes it.
 * @throws AppError STORAGE_UNAVAILABLE when the file was damaged too often of late; SQLite's and the file system's errors.
 */
export function heal(
  file: string,
  reason: string,
  create: (path: string, fill: (database: Database) => void) => void,
  now = new Date(),
): HealReport {
  const recent = setAsideTimes(file).filter((time) => now.getTime() - time < DAY_MS);
  if (recent.length >= MAX_A_DAY) {
    throw new AppError(
      "STORAGE_UNAVAILABLE",
      `The database was damaged ${recent.length} times within a day, so nothing more is written to this disk.`,
    );
  }
  let tables: SalvagedTables = {};
  const unfinished = `${file}.salvage`;
  create(unfinished, (fresh) => {
    try {
      tables = readDamaged(file, unfinished, (damaged) => salvageRows(damaged, fresh));
    } catch (error) {
      if (!(error instanceof NothingReadable)) throw error;
    }
  });
  publishDatabase(unfinished, healedFile(file));
  const setAside = finishHealing(file, now) ?? file;
  return { reason, setAside, tables };
}

/**
 * Puts a healed database in its place when there is one: the last step of `heal`, also for one that was interrupted.
 * @returns where the damaged file went, null when there was nothing to finish.
 */
export function finishHealing(file: string, now = new Date()): string | null {
  removeDatabase(`${file}.salvage`);
  // What reading a damaged file leaves behind when it is interrupted.
  removeDatabase(`${file}.pages`);
  removeDatabase(`${file}.salvage-copy`);
  removeDatabase(`${file}.salvage-copy.pages`);
  if (!existsSync(healedFile(file))) return null;
  const setAside = freeName(`${file}.damaged-${fileTime(now)}`);
  moveDatabase(file, setAside);
  publishDatabase(healedFile(file), file);
  return setAside;
}

function healedFile(file: string): string {
  return `${file}.healed`;
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let attempt = 2; existsSync(name); attempt++) name = `${wanted}-${attempt}`;
  return name;
}

/** When the damaged files that lie beside the database were set aside, in ms since the epoch. */
function setAsideTimes(file: string): number[] {
  const pattern = new RegExp(
    `^${RegExp.escape(basename(file))}\\.damaged-(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)Z(?:-\\d+)?$`,
  );
  return readdirSync(dirname(file)).flatMap((name) => {
    const time = pattern.exec(name);
    if (!time) return [];
    const [, year, month, day, hour, minute, second] = time;
    return [Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)];
  });
}
