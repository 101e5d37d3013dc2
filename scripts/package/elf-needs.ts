import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { BuildError } from "../build/build-error.ts";
import { runTool } from "../build/run-tool.ts";

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
  /** Newest glibc that it asks for, like 2.31; null when it asks for none. */
  readonly glibc: string | null;
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
    const needs = [...references.matchAll(/ GLIBC_(2\.\d+)/g)].map(([, version]) => version ?? "");
    found.push({ path: relative(folder, file), glibc: needs.sort(byVersion).at(-1) ?? null });
  }
  return found;
}

/** @throws BuildError naming each file that needs more than the floor and that the product cannot do without */
export function requireFloor(files: readonly ElfFile[], floor: string, say: (line: string) => void): void {
  const above = files.filter(({ glibc }) => glibc !== null && byVersion(glibc, floor) > 0);
  for (const { path: optional, what } of OPTIONAL) {
    const needs = above.filter(({ path }) => optional.test(path)).map(({ glibc }) => glibc ?? "");
    const newest = needs.sort(byVersion).at(-1);
    if (newest !== undefined) say(`needs glibc ${newest}, on older systems it is missing: ${what}`);
  }
  const failing = above.filter(({ path }) => !OPTIONAL.some(({ path: optional }) => optional.test(path)));
  if (failing.length === 0) return;
  throw new BuildError(
    [
      `these files need more than glibc ${floor}:`,
      ...failing.map(({ path, glibc }) => `  ${path}: ${glibc}`),
      "scripts/natives/ has what builds them for older systems; --glibc-floor allows it for packages of your own",
    ].join("\n"),
  );
}

function byVersion(one: string, other: string): number {
  return Number(one.split(".")[1]) - Number(other.split(".")[1]);
}
