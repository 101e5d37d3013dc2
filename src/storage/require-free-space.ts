import { statfs } from "node:fs/promises";
import { AppError } from "../errors/app-error.ts";

/** With less than that a single page may still fit and the next prompt not: the outage would end every other second. */
const NEEDED_BYTES = 1024 * 1024;

/** @throws AppError STORAGE_UNAVAILABLE when the disk of the folder is as good as full. */
export async function requireFreeSpace(folder: string): Promise<void> {
  const disk = await statfs(folder).catch(() => null);
  // Where the system does not tell, the next write does.
  if (!disk || disk.bavail * disk.bsize >= NEEDED_BYTES) return;
  throw new AppError("STORAGE_UNAVAILABLE", "The disk with the data directory is full.");
}
