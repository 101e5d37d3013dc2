import { writeFileSync } from "node:fs";
import { join } from "node:path";

const SOURCE = join(import.meta.dir, "shifted-clock.c");
const compiler = Bun.which("cc");

/** Compiled once, for all rounds. @returns the library, or why there is none. */
export function buildShiftedClock(
  folder: string,
): { readonly library: string } | { readonly missing: string } {
  if (process.platform !== "linux") return { missing: "clocks are set with a library for Linux" };
  if (compiler === null) return { missing: "there is no C compiler (cc)" };
  const library = join(folder, "shifted-clock.so");
  const { success, stderr } = Bun.spawnSync([compiler, "-shared", "-fPIC", "-O2", "-o", library, SOURCE]);
  return success ? { library } : { missing: `shifted-clock.c does not compile: ${stderr}` };
}

/** The time of day as the service of one round sees it. */
export class ShiftedClock {
  readonly #library: string;
  readonly #file: string;
  #seconds = 0;

  constructor(library: string, folder: string) {
    this.#library = library;
    this.#file = join(folder, "clock");
    this.#write("w");
  }

  /** With this a process sees the clock; its children do not, they measure with clocks that nobody sets. */
  get environment(): Record<string, string> {
    return { LD_PRELOAD: this.#library, SHIFTED_CLOCK: this.#file };
  }

  /** From now on, also for processes that run already. */
  jump(seconds: number): void {
    this.#seconds += seconds;
    this.#write("r+");
  }

  /** "r+" leaves the file in place, which processes have mapped. */
  #write(flag: "w" | "r+"): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(this.#seconds));
    writeFileSync(this.#file, bytes, { flag });
  }
}
