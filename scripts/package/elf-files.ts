import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { runTool } from "../build/run-tool.ts";

/** A native file of the package and what it asks of the system. */
export interface ElfFile {
  /** Below the program folder. */
  readonly path: string;
  /** Minor version of the newest glibc 2 that it asks for; 0 when it asks for none. */
  readonly glibc: number;
  /** Last number of the newest symbol GLIBCXX_3.4 that it asks for; 0 when it asks for none. */
  readonly libstdcxx: number;
  /** Folders that it looks for libraries in before the system's (RUNPATH), or null. */
  readonly searches: string | null;
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
    const header = await runTool("objdump", ["-p", file], folder, { LC_ALL: "C" });
    found.push({
      path: relative(folder, file),
      glibc: newest(header, / GLIBC_2\.(\d+)/g),
      libstdcxx: newest(header, / GLIBCXX_3\.4\.(\d+)/g),
      searches: /^ +R(?:UN)?PATH +(.*)$/m.exec(header)?.[1] ?? null,
    });
  }
  return found;
}

function newest(header: string, version: RegExp): number {
  return Math.max(0, ...[...header.matchAll(version)].map(([, number]) => Number(number)));
}
