import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder to be the only one on PATH: without `nvidia-smi` until `play` puts one there. */
export class FakeNvidiaSmi {
  readonly folder = mkdtempSync(join(tmpdir(), "cll-smi-"));
  readonly #path = process.env.PATH;

  /** From now on it prints this and ends with that code. */
  play(output: string, exitCode = 0): void {
    this.script(`cat <<'END'\n${output}\nEND\nexit ${exitCode}`);
  }

  script(body: string): void {
    const file = join(this.folder, "nvidia-smi");
    writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${body}\n`);
    chmodSync(file, 0o755);
  }

  /** Makes it the only program on the PATH of this process. */
  install(): void {
    process.env.PATH = this.folder;
  }

  remove(): void {
    process.env.PATH = this.#path;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
