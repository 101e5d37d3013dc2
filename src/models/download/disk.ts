import { constants } from "node:fs";
import { lchown, rm, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { humanBytes } from "../../human-bytes.ts";

/** @throws AppError MODELS_DIR_UNUSABLE unless so much can be written there and `marginBytes` stay free for others */
export async function assertFreeSpace(folder: string, bytes: number, marginBytes: number): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder).catch((error) => {
    throw diskError(folder, error);
  });
  const free = bavail * bsize;
  // Some network file systems do not tell.
  if (blocks === 0 || free >= bytes + marginBytes) return;
  throw new AppError(
    "MODELS_DIR_UNUSABLE",
    `${humanBytes(bytes + marginBytes)} of free space are needed for ${folder} (${humanBytes(marginBytes)} of it stay free), ${humanBytes(free)} are there.`,
    { context: { folder, free_bytes: free, needed_bytes: bytes + marginBytes } },
  );
}

/** What the disk has set aside for a file, which may have holes; 0 when there is none. */
export async function allocatedBytes(path: string): Promise<number> {
  const info = await stat(path).catch(() => null);
  if (info === null) return 0;
  // Windows has no holes in our files and tells no blocks.
  return process.platform === "win32" ? info.size : info.blocks * 512;
}

/** What went wrong with a file or folder of models, in words. */
export function diskError(path: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : String(thrown);
  return new AppError("MODELS_DIR_UNUSABLE", `${path} cannot be written: ${meaningOf(code)}.`, {
    context: { path, reason: code },
    cause: thrown,
  });
}

/**
 * For opening a file that was there before. The folder may belong to somebody else than root, who runs this: a link laid
 * there must not lead root to other files.
 */
export const NO_LINKS = constants.O_NOFOLLOW ?? 0;

/** Makes room for a new file, to be opened with the flag `wx`, which follows no link either. */
export async function removeOld(path: string): Promise<void> {
  await rm(path, { force: true });
}

/**
 * What root puts into a folder of somebody else belongs to that user, as the service must be able to read and continue
 * it. Does nothing for other users.
 */
export async function giveToFolderOwner(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  // Not chown: meanwhile it may have become a link to something else.
  if (uid !== 0) await lchown(path, uid, gid);
}

function meaningOf(code: string): string {
  if (code === "ENOSPC" || code === "EDQUOT") return "the disk is full";
  if (code === "EACCES" || code === "EPERM") return `this user may not write there (${code})`;
  if (code === "EROFS") return "the disk is read-only";
  return code;
}
