import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type GpuChoice, TARGETS, type TargetName } from "./arguments.ts";

export class BuildError extends Error {}

/** Names of the platform packages for a target; `cuda-ext` holds the CUDA back end for the older runtime. */
export function nativePackages(target: TargetName, gpu: GpuChoice): readonly string[] {
  const base = `@node-llama-cpp/${TARGETS[target].nativeName}`;
  if (gpu === "cuda") return [base, `${base}-cuda`, `${base}-cuda-ext`];
  return gpu === "vulkan" ? [base, `${base}-vulkan`] : [base];
}

async function versionAt(folder: string): Promise<string | null> {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    if (typeof parsed !== "object" || parsed === null || !("version" in parsed)) return null;
    return typeof parsed.version === "string" ? parsed.version : null;
  } catch {
    return null;
  }
}

/** Version of an installed package; the lock file decided it when it was installed. */
export async function installedVersion(root: string, name: string): Promise<string> {
  const version = await versionAt(join(root, "node_modules", name));
  if (version === null) throw new BuildError(`${name} is not installed; run \`bun install\` first`);
  return version;
}

/**
 * Folder of a platform package in the wanted version: from the checkout when it is installed there, else fetched
 * into a folder of its own, so that building for another system never changes the checkout's node_modules.
 */
export async function locateNativePackage(
  root: string,
  name: string,
  version: string,
  target: TargetName,
  say: (line: string) => void,
): Promise<string> {
  const installed = join(root, "node_modules", name);
  if ((await versionAt(installed)) === version) return installed;

  const tools = join(root, ".tools", "native", target);
  const fetched = join(tools, "node_modules", name);
  if ((await versionAt(fetched)) === version) return fetched;

  say(`fetching ${name} ${version}`);
  await mkdir(tools, { recursive: true });
  await installInto(tools, name, version, target);
  if ((await versionAt(fetched)) !== version) throw new BuildError(`${name} ${version} could not be fetched`);
  return fetched;
}

async function installInto(tools: string, name: string, version: string, target: TargetName): Promise<void> {
  const manifest = join(tools, "package.json");
  if (!(await Bun.file(manifest).exists())) {
    await writeFile(manifest, JSON.stringify({ name: "native-packages", private: true }));
  }
  const os = target === "windows-x64" ? "win32" : "linux";
  const child = Bun.spawn(
    [
      process.execPath,
      "add",
      "--exact",
      "--ignore-scripts",
      "--os",
      os,
      "--cpu",
      "x64",
      `${name}@${version}`,
    ],
    { cwd: tools, stdin: "ignore", stdout: "ignore", stderr: "pipe" },
  );
  const complaint = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) {
    throw new BuildError(`fetching ${name} ${version} failed: ${complaint.trim().split("\n").at(-1)}`);
  }
}
