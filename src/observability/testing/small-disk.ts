import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const SMALL_DISK_BYTES = 256 * 1024;

export interface SmallDisk {
  readonly path: string;
  unmount(): Promise<void>;
}

/** A disk that is quickly full, in memory. @returns null, loudly, where it cannot be mounted: without root, or not on Linux. */
export async function mountSmallDisk(bytes = SMALL_DISK_BYTES): Promise<SmallDisk | null> {
  const path = await mkdtemp(join(tmpdir(), "cll-disk-"));
  const size = `size=${bytes}`;
  const mounted =
    process.platform === "linux" &&
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", size, "tmpfs", path], { stderr: "ignore" }).success;
  if (!mounted) {
    await rm(path, { recursive: true });
    process.stderr.write("SKIPPED: tests of a full disk need root to mount one (tmpfs)\n");
    return null;
  }
  return {
    path,
    async unmount() {
      Bun.spawnSync(["umount", "-l", path]);
      await rm(path, { recursive: true });
    },
  };
}
