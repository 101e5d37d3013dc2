import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { BuildError } from "../build/build-error.ts";
import { runTool } from "../build/run-tool.ts";
import { OLDEST_SYSTEMS, type OldestSystem } from "./arguments.ts";

/**
 * Engines that come as finished files only and need a newer glibc. Each runs in a process of its own: where it does
 * not load, the service says so (ENGINE_UNAVAILABLE) and everything else works; text then computes on the processor.
 */
const OPTIONAL = [
  { path: /^lib\/node-llama-cpp\/bins\/linux-x64-(cuda|vulkan)\//, what: "computing on a GPU" },
  { path: /^lib\/llama-vision\//, what: "pictures as input" },
  { path: /^lib\/stable-diffusion\//, what: "drawing pictures" },
] as const;

export interface ElfFile {
  /** Below the program folder. */
  readonly path: string;
  /** Minor version of the newest glibc 2 that it asks for; 0 when it asks for none. */
  readonly glibc: number;
  /** Last number of the newest symbol GLIBCXX_3.4 that it asks for; 0 when it asks for none. */
  readonly libstdcxx: number;
}

export async function readElfFiles(folder: string): Promise<ElfFile[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const found: ElfFile[] = [];
  for (const file of files) {
    const magic = await Bun.file(file).slice(0, 4).bytes();
    if (magic.join() !== "127,69,76,70") continue;
    const references = await runTool("objdump", ["-p", file], folder, { LC_ALL: "C" });
    const glibc = newest(references, / GLIBC_2\.(\d+)/g);
    found.push({
      path: relative(folder, file),
      glibc,
      libstdcxx: newest(references, / GLIBCXX_3\.4\.(\d+)/g),
    });
  }
  return found;
}

function newest(references: string, version: RegExp): number {
  return Math.max(0, ...[...references.matchAll(version)].map(([, number]) => Number(number)));
}

/** @throws BuildError naming each file that needs more than the system has and that the product cannot do without */
export function requireSystem(
  files: readonly ElfFile[],
  oldest: OldestSystem,
  say: (line: string) => void,
): void {
  const system = OLDEST_SYSTEMS[oldest];
  const above = files.filter(({ glibc, libstdcxx }) => glibc > system.glibc || libstdcxx > system.libstdcxx);
  for (const { path: optional, what } of OPTIONAL) {
    if (above.some(({ path }) => optional.test(path))) say(`not on ${oldest}, but on newer systems: ${what}`);
  }
  const failing = above.filter(({ path }) => !OPTIONAL.some(({ path: optional }) => optional.test(path)));
  if (failing.length === 0) return;
  throw new BuildError(
    [
      `these files do not run on ${oldest} (glibc 2.${system.glibc}, GLIBCXX_3.4.${system.libstdcxx}):`,
      ...failing.map(({ path, glibc, libstdcxx }) => `  ${path}: glibc 2.${glibc}, GLIBCXX_3.4.${libstdcxx}`),
      "scripts/natives/ has what builds them for it; `--oldest debian-12` makes packages for newer systems only",
    ].join("\n"),
  );
}
