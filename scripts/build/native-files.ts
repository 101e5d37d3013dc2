import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EnginePackages } from "./engine-packages.ts";
import { LLAMA_FOLDER } from "./llama-plugin.ts";

/** What node-llama-cpp reads from its own package folder when it starts. */
const PACKAGE_FILES = [
  "package.json",
  "LICENSE",
  "llama/binariesGithubRelease.json",
  "llama/llama.cpp.info.json",
];

/** Lays the native files and the package's own data under `<stage>/lib`. */
export async function copyNativeFiles(stage: string, engine: EnginePackages): Promise<void> {
  const folder = join(stage, ...LLAMA_FOLDER.split("/"));
  for (const file of PACKAGE_FILES) {
    const destination = join(folder, file);
    await mkdir(dirname(destination), { recursive: true });
    await cp(join(engine.library, file), destination);
  }
  for (const native of engine.native) {
    await cp(join(native, "bins"), join(folder, "bins"), {
      recursive: true,
      filter: (path) => !path.endsWith(".lib"), // for linking on Windows only
    });
  }
}
