import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SOURCE = join(import.meta.dir, "fake-nvml.c");
const compiler = Bun.which("cc");

/** Whether the tests that need the library can run at all. They must say so when not. */
export const canBuildFakeNvml = compiler !== null && process.platform === "linux";

/** A library of our own with NVML's ABI, in a folder of its own; what it plays can be changed while it is in use. */
export class FakeNvml {
  static readonly #compiled = new Map<string, Uint8Array>();
  readonly folder = mkdtempSync(join(tmpdir(), "cll-nvml-"));
  readonly path = join(this.folder, "libnvidia-ml.so.1");

  /** @param flags for the compiler; `-DOLD_DRIVER` leaves out what old drivers lack */
  constructor(...flags: string[]) {
    const key = flags.join(" ");
    const known = FakeNvml.#compiled.get(key);
    if (known) {
      writeFileSync(this.path, known);
      return;
    }
    const command = [compiler ?? "cc", "-shared", "-fPIC", "-Wall", "-o", this.path, ...flags, SOURCE];
    const { exitCode, stderr } = Bun.spawnSync(command);
    if (exitCode !== 0) throw new Error(`fake-nvml.c does not compile: ${stderr}`);
    FakeNvml.#compiled.set(key, readFileSync(this.path));
  }

  /** What it plays from now on; see fake-nvml.c. */
  play(...lines: string[]): void {
    writeFileSync(`${this.path}.control`, `${lines.join("\n")}\n`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
