import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchPackages } from "./fetch-packages.ts";

/** MIT; it carries WinSW, which runs any program as a Windows service. */
const PACKAGE = "node-windows";
const VERSION = "0.1.14";
const FOLDER = "bin/winsw";

/** `canvuslocallm service` expects it under this name; the second file lets it run with the .NET that Windows has. */
const SERVICE_WRAPPER = {
  "winsw.exe": "canvuslocallm-service.exe",
  "winsw.exe.config": "canvuslocallm-service.exe.config",
};

/**
 * Lays WinSW into a folder, fetched once from the package registry.
 * @returns the names of its files
 * @throws BuildError
 */
export async function copyServiceWrapper(root: string, folder: string): Promise<string[]> {
  const tools = join(root, ".tools", "native", `${PACKAGE}-${VERSION}`);
  const source = join(tools, "node_modules", PACKAGE, FOLDER);
  if (!(await Bun.file(join(source, "winsw.exe")).exists())) {
    await fetchPackages(tools, [`${PACKAGE}@${VERSION}`], "win32");
  }
  for (const [name, ours] of Object.entries(SERVICE_WRAPPER)) {
    await copyFile(join(source, name), join(folder, ours));
  }
  return Object.values(SERVICE_WRAPPER);
}
