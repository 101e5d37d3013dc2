import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "./engine-packages.ts";

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
    await mkdir(tools, { recursive: true });
    await writeFile(join(tools, "package.json"), JSON.stringify({ name: "service-wrapper", private: true }));
    // The package declares itself for Windows only.
    const options = ["--exact", "--ignore-scripts", "--os", "win32"];
    const add = [process.execPath, "add", ...options, `${PACKAGE}@${VERSION}`];
    const child = Bun.spawn(add, { cwd: tools, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
    const complaint = await new Response(child.stderr).text();
    if ((await child.exited) !== 0) {
      throw new BuildError(`fetching ${PACKAGE} ${VERSION} failed: ${complaint.trim().split("\n").at(-1)}`);
    }
  }
  for (const [name, ours] of Object.entries(SERVICE_WRAPPER)) {
    await copyFile(join(source, name), join(folder, ours));
  }
  return Object.values(SERVICE_WRAPPER);
}
