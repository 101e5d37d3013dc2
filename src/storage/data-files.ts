import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname } from "node:path";

/** The file itself and what SQLite keeps beside it. A log without its file, or beside a wrong one, does harm. */
const COMPANIONS = ["-wal", "-shm", "-journal"] as const;

/** The history holds prompts: nobody but the service's user may read it. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;

/** Root may work in the data directory of the service's account: a link laid there must not lead to other files. */
export const NO_LINKS = constants.O_NOFOLLOW ?? 0;

/** An empty file that nobody else may read, from its first moment; SQLite makes a database of it. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, constants.O_WRONLY | constants.O_CREAT | NO_LINKS, PRIVATE_FILE));
}

/** Moves a closed database together with its logs. */
export function moveDatabase(from: string, to: string): void {
  // The logs first: a crash in between leaves them without a database, never a database beside foreign logs.
  for (const companion of COMPANIONS) {
    if (existsSync(from + companion)) renameSync(from + companion, to + companion);
  }
  if (existsSync(from)) renameSync(from, to);
  syncFolder(dirname(to));
}

/** Removes a database of ours that is not needed, such as one that was not finished. */
export function removeDatabase(file: string): void {
  for (const companion of ["", ...COMPANIONS]) rmSync(file + companion, { force: true });
}

/** Puts a finished, closed database in its place: after a crash there is the old one or the whole new one. */
export function publishDatabase(from: string, to: string): void {
  chmodSync(from, PRIVATE_FILE);
  const descriptor = openSync(from, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(from, to);
  syncFolder(dirname(to));
}

/** A rename is only durable once its folder is. Windows cannot open folders, and has no need to. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** For file names: a time without characters that Windows refuses, to the second, UTC. */
export function fileTime(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}
