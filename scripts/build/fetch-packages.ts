import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "./build-error.ts";

/**
 * Fetches packages from the registry into a folder of their own, so that building for another system never changes the
 * checkout's node_modules. Their scripts do not run.
 * @param wanted like name@1.2.3
 * @throws BuildError
 */
export async function fetchPackages(
  folder: string,
  wanted: readonly string[],
  os: "linux" | "win32",
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const about = join(folder, "package.json");
  // One that is there names what was fetched before, which would be removed without it.
  if (!existsSync(about)) await writeFile(about, JSON.stringify({ name: "native-packages", private: true }));
  const options = ["--exact", "--ignore-scripts", "--omit=optional", "--os", os, "--cpu", "x64"];
  const child = Bun.spawn([process.execPath, "add", ...options, ...wanted], {
    cwd: folder,
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const complaint = await new Response(child.stderr).text();
  if ((await child.exited) === 0) return;
  throw new BuildError(`fetching ${wanted.join(", ")} failed: ${complaint.trim().split("\n").at(-1)}`);
}
