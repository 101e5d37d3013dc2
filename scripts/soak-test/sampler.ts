import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { residentBytes } from "../resident-bytes.ts";

/** What the service takes at one moment. Linux only. */
export interface Sample {
  /** Since the first one. */
  readonly hours: number;
  readonly serviceMb: number;
  /** Its model and document processes, together. */
  readonly helpersMb: number;
  readonly openFiles: number;
  readonly logMb: number;
  readonly databaseMb: number;
}

const MEGABYTE = 1e6;

export class Sampler {
  readonly samples: Sample[] = [];
  readonly #pid: number;
  readonly #dataFolder: string;
  readonly #began = performance.now();

  constructor(pid: number, dataFolder: string) {
    this.#pid = pid;
    this.#dataFolder = dataFolder;
  }

  async take(): Promise<Sample> {
    const children = await this.#children();
    const helpers = await Promise.all(children.map(residentBytes));
    const sample: Sample = {
      hours: (performance.now() - this.#began) / 3_600_000,
      serviceMb: (await residentBytes(this.#pid)) / MEGABYTE,
      helpersMb: helpers.reduce((sum, bytes) => sum + bytes, 0) / MEGABYTE,
      openFiles: (await readdir(`/proc/${this.#pid}/fd`)).length,
      logMb: (await bytesIn(join(this.#dataFolder, "logs"), /./)) / MEGABYTE,
      databaseMb: (await bytesIn(this.#dataFolder, /^data\.db/)) / MEGABYTE,
    };
    this.samples.push(sample);
    return sample;
  }

  async #children(): Promise<number[]> {
    const text = await readFile(`/proc/${this.#pid}/task/${this.#pid}/children`, "utf8");
    return text.trim().split(/\s+/).filter(Boolean).map(Number);
  }
}

async function bytesIn(folder: string, names: RegExp): Promise<number> {
  const files = (await readdir(folder)).filter((name) => names.test(name));
  const sizes = await Promise.all(
    files.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
