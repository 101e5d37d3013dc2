import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type BuildArguments, type GpuChoice, TARGETS, type TargetName } from "./arguments.ts";
import { BuildError } from "./build-error.ts";
import { fetchPackages } from "./fetch-packages.ts";

/**
 * The library and its native files must be of one version. It is the one of package.json, except where the registry
 * has no native files of that version: for Windows 3.21.1 is the newest that can be had (2026-11).
 */
const OTHER_VERSIONS: Partial<Record<TargetName, string>> = { "windows-x64": "3.21.1" };

/** The packages that make the text engine of one target. */
export interface EnginePackages {
  readonly version: string;
  /** Folder of node-llama-cpp. */
  readonly library: string;
  /** Folders of the packages with the native files. */
  readonly native: readonly string[];
}

/**
 * Finds the engine's packages: in the checkout when they are installed there, else fetched.
 * @throws BuildError
 */
export async function locateEngine(
  root: string,
  { target, gpu, natives }: BuildArguments,
  say: (line: string) => void,
): Promise<EnginePackages> {
  const installed = await versionAt(join(root, "node_modules/node-llama-cpp"));
  const version = OTHER_VERSIONS[target] ?? installed;
  if (version === null) throw new BuildError("node-llama-cpp is not installed; run `bun install` first");
  const names = ["node-llama-cpp", ...nativeNames(target, gpu)];
  const [library = "", ...native] = await locatePackages(root, target, names, version, say);
  const own = ownBuild(natives, version);
  if (target === "linux-x64" && (await Bun.file(join(own, "bins/linux-x64/llama-addon.node")).exists())) {
    say(`taking llama.cpp as it was built here, in ${relative(root, own)}`);
    native[0] = own;
  }
  return { version, library, native };
}

/**
 * @returns the folder of each package
 * @throws BuildError
 */
export async function locatePackages(
  root: string,
  target: TargetName,
  names: readonly string[],
  version: string,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const tools = join(root, ".tools", "native", `${target}-${version}`);
  const folders = await Promise.all(names.map((name) => find(root, tools, name, version)));
  const missing = names.filter((_, index) => folders[index] === null);
  if (missing.length > 0) {
    say(`fetching ${missing.join(", ")} ${version}`);
    const wanted = missing.map((name) => `${name}@${version}`);
    await fetchPackages(tools, wanted, target === "windows-x64" ? "win32" : "linux");
  }
  const found = await Promise.all(names.map((name) => find(root, tools, name, version)));
  const there = found.filter((folder) => folder !== null);
  if (there.length === names.length) return there;
  throw new BuildError(`not all of ${names.join(", ")} ${version} could be fetched`);
}

/** Where scripts/natives/build-llama puts the files that run on older systems than those of the package do. */
function ownBuild(natives: string, version: string): string {
  return join(natives, `llama-${version}`);
}

/** `cuda-ext` holds the CUDA back end for the older runtime. */
function nativeNames(target: TargetName, gpu: GpuChoice): readonly string[] {
  const base = `@node-llama-cpp/${TARGETS[target].nativeName}`;
  if (gpu === "cuda") return [base, `${base}-cuda`, `${base}-cuda-ext`];
  return gpu === "vulkan" ? [base, `${base}-vulkan`] : [base];
}

async function find(root: string, tools: string, name: string, version: string): Promise<string | null> {
  for (const folder of [join(root, "node_modules", name), join(tools, "node_modules", name)]) {
    if ((await versionAt(folder)) === version) return folder;
  }
  return null;
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
