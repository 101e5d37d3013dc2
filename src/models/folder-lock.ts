import { chown, lstat, mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { exclusiveLock } from "../native/exclusive-lock.ts";
import { diskError, giveToFolderOwner } from "./download/disk.ts";

const LOCK_NAME = ".models.lock";

/**
 * Changes the models folder while no other process does; makes the folder when it is missing.
 * @throws AppError MODELS_DIR_IN_USE, MODELS_DIR_UNUSABLE, and what the change throws
 */
export async function changeFolder<T>(folder: string, change: () => Promise<T>): Promise<T> {
  const lock = await takeLock(folder);
  try {
    return await change();
  } finally {
    lock.close();
  }
}

async function takeLock(folder: string): Promise<{ close(): void }> {
  const path = join(folder, LOCK_NAME);
  try {
    await makeFolder(folder);
    // SQLite would open, and perhaps change, what a link leads to.
    if ((await lstat(path).catch(() => null))?.isSymbolicLink())
      throw new AppError("MODELS_DIR_UNUSABLE", `${path} is a link; remove it.`);
    const lock = exclusiveLock(path);
    await giveToFolderOwner(path);
    if (lock === "damaged") throw new AppError("MODELS_DIR_UNUSABLE", `${path} is damaged; remove it.`);
    if (lock !== "busy") return lock;
  } catch (error) {
    throw diskError(folder, error);
  }
  throw new AppError("MODELS_DIR_IN_USE", `Another process is changing the models in ${folder}.`, {
    context: { folder },
  });
}

async function makeFolder(folder: string): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  // A person may get a model before the first start, and so make the data directory, which nobody else may read. What root
  // makes may be meant for the service's account.
  const first = await mkdir(folder, { recursive: true, ...(isRoot ? {} : { mode: 0o700 }) });
  if (first === undefined || !isRoot) return;
  // All new ones belong to whom the folder belongs in which the first of them was made.
  const { uid, gid } = await stat(dirname(first));
  for (let each = folder; each.length >= first.length; each = dirname(each)) await chown(each, uid, gid);
}
