import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of a few MB that tests fill up and make read-only. Mounting takes root. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), "cll-small-disk-"));

  static readonly available = process.platform === "linux" && process.getuid?.() === 0 && canMount();

  constructor(megabytes: number) {
    run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m,mode=700`, "tmpfs", this.folder);
  }

  /** Takes all the space that is left. */
  fill(): void {
    const descriptor = openSync(this.#filler, "a");
    // Page by page at last, or some space would be left.
    for (const size of [1024 * 1024, 4096]) {
      const block = Buffer.alloc(size);
      try {
        for (;;) writeSync(descriptor, block);
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      }
    }
    closeSync(descriptor);
  }

  free(): void {
    rmSync(this.#filler);
  }

  setReadOnly(readOnly: boolean): void {
    // Open files would forbid it; tmpfs alone lets the super block be changed all the same.
    run("mount", "-o", `remount,${readOnly ? "ro" : "rw"}`, this.folder);
  }

  remove(): void {
    run("umount", "--lazy", this.folder);
    rmdirSync(this.folder);
  }

  get #filler(): string {
    return join(this.folder, "filler");
  }
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "cll-mount-"));
  const mounted = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).success;
  if (mounted) Bun.spawnSync(["umount", folder]);
  rmdirSync(folder);
  return mounted;
}

function run(...command: string[]): void {
  const { success, stderr } = Bun.spawnSync(command);
  if (!success) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
}
