import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IMAGE_LIBRARY_FOLDER, IMAGE_LIBRARY_NAMES } from "../../src/native/image-library.ts";
import pinned from "../../src/native/sd-shim/release.json" with { type: "json" };
import type { GpuChoice, TargetName } from "./arguments.ts";

/** Where `scripts/natives/build-stable-diffusion.ts` leaves the library, and the build finds it. */
export function imageLibraryResult(natives: string, target: TargetName, gpu: GpuChoice): string {
  return join(natives, `stable-diffusion-${pinned.release}-${target}-${gpu}`);
}

/**
 * Lays the library that draws pictures under `<stage>/lib`, when it has been built.
 * @returns whether it has
 */
export async function copyImageLibrary(
  stage: string,
  natives: string,
  target: TargetName,
  gpu: GpuChoice,
): Promise<boolean> {
  const result = imageLibraryResult(natives, target, gpu);
  if (!existsSync(join(result, IMAGE_LIBRARY_NAMES[target]))) return false;
  const destination = join(stage, ...IMAGE_LIBRARY_FOLDER.split("/"));
  await mkdir(dirname(destination), { recursive: true });
  await cp(result, destination, { recursive: true });
  return true;
}
