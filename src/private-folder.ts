import { lstat, mkdir } from "node:fs/promises";
import { AppError } from "./errors/app-error.ts";

const OTHERS_MAY_WRITE = 0o022;

/**
 * Makes a folder for files of this user alone; one that is there already may stay.
 * @throws AppError DOWNLOAD_NOT_SAVED when it is somebody else's or a link: in a place like /tmp anybody can make it first,
 * and then exchange the files in it. The file system's error when it cannot be made.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const me = process.getuid?.();
  if (me === undefined) return; // Windows gives everybody a folder for temporary files of their own
  const info = await lstat(path);
  if (info.isDirectory() && info.uid === me && (info.mode & OTHERS_MAY_WRITE) === 0) return;
  throw new AppError(
    "DOWNLOAD_NOT_SAVED",
    `${path} is a link, belongs to another user or may be written by others; nothing is saved there.`,
    { context: { path } },
  );
}
