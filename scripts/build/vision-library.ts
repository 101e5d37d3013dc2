import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { VISION_FOLDER, type VisionVariant } from "../../src/inference/engines/vision-library.ts";
import type { GpuChoice, TargetName } from "./arguments.ts";
import { locatePackages } from "./engine-packages.ts";

const PACKAGES = {
  "linux-x64": "@fugood/node-llama-linux-x64",
  "windows-x64": "@fugood/node-llama-win32-x64",
} as const satisfies Record<TargetName, string>;

/**
 * Lays the library that looks at pictures under `<stage>/lib`: one file for the processor, and one for the GPU.
 * @throws BuildError when it cannot be had
 */
export async function copyVisionLibrary(
  root: string,
  stage: string,
  target: TargetName,
  gpu: GpuChoice,
  say: (line: string) => void,
): Promise<void> {
  const base = PACKAGES[target];
  const version = packageJson.optionalDependencies[base];
  const variants: VisionVariant[] = gpu === "none" ? ["cpu"] : ["cpu", gpu];
  const names = variants.map((variant) => (variant === "cpu" ? base : `${base}-${variant}`));
  const folders = await locatePackages(root, target, names, version, say);
  const destination = join(stage, ...VISION_FOLDER.split("/"));
  await mkdir(destination, { recursive: true });
  await Promise.all(
    folders.map((folder, index) =>
      cp(join(folder, "index.node"), join(destination, `${variants[index]}.node`)),
    ),
  );
}
