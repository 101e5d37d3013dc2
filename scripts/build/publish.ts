import { rename, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Puts the finished files in place by renaming: an executable that is running keeps its old files, and a build that
 * fails half-way leaves the previous one as it was.
 */
export async function publish(stage: string, outdir: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const destination = join(outdir, name);
    const previous = join(stage, `${name}.previous`);
    await rename(destination, previous).catch(ignoreMissing);
    await rename(join(stage, name), destination);
  }
  await rm(stage, { recursive: true, force: true });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
