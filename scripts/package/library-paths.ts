import { join } from "node:path";
import { runTool } from "../build/run-tool.ts";
import type { ElfFile } from "./elf-files.ts";

/** Beside the file itself. */
const OWN_FOLDER = "$ORIGIN";

/**
 * Native files look for their libraries beside themselves, and nowhere else but in the system: those that others have
 * built also look in folders of the machine they were built on, or (an empty entry) in the working directory.
 */
export async function correctLibraryPaths(folder: string, files: readonly ElfFile[]): Promise<void> {
  for (const { path, searches } of files) {
    if (searches === null || searches === OWN_FOLDER) continue;
    await runTool("chrpath", ["--replace", OWN_FOLDER, join(folder, path)], folder);
  }
}
