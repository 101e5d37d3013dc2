import { BuildError } from "../build/build-error.ts";
import { OLDEST_SYSTEMS, type OldestSystem } from "./arguments.ts";
import type { ElfFile } from "./elf-files.ts";

/**
 * Engines that come as finished files only and need a newer glibc. Each runs in a process of its own: where it does
 * not load, the service says so (ENGINE_UNAVAILABLE) and everything else works; text then computes on the processor.
 */
const OPTIONAL = [
  { path: /^lib\/node-llama-cpp\/bins\/linux-x64-(cuda|vulkan)\//, what: "computing on a GPU" },
  { path: /^lib\/llama-vision\//, what: "pictures as input" },
  { path: /^lib\/stable-diffusion\//, what: "drawing pictures" },
] as const;

/** @throws BuildError naming each file that needs more than the system has and that the product cannot do without */
export function requireSystem(
  files: readonly Omit<ElfFile, "searches">[],
  oldest: OldestSystem,
  say: (line: string) => void,
): void {
  const system = OLDEST_SYSTEMS[oldest];
  const above = files.filter(({ glibc, libstdcxx }) => glibc > system.glibc || libstdcxx > system.libstdcxx);
  for (const { path: optional, what } of OPTIONAL) {
    if (above.some(({ path }) => optional.test(path))) say(`not on ${oldest}, but on newer systems: ${what}`);
  }
  const failing = above.filter(({ path }) => !OPTIONAL.some(({ path: optional }) => optional.test(path)));
  if (failing.length === 0) return;
  throw new BuildError(
    [
      `these files do not run on ${oldest} (glibc 2.${system.glibc}, GLIBCXX_3.4.${system.libstdcxx}):`,
      ...failing.map(({ path, glibc, libstdcxx }) => `  ${path}: glibc 2.${glibc}, GLIBCXX_3.4.${libstdcxx}`),
      "scripts/natives/ has what builds them for it; `--oldest debian-12` makes packages for newer systems only",
    ].join("\n"),
  );
}
