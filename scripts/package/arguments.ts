import { resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import {
  GPU_CHOICES,
  type GpuChoice,
  isGpu,
  isTarget,
  isVersion,
  TARGETS,
  type TargetName,
} from "../build/arguments.ts";
import { parseOptions, UsageError } from "../build/usage-error.ts";

/**
 * Systems for which packages can be made, by what they have at least: minor version of glibc 2, last number of the symbols
 * GLIBCXX_3.4, and the version of Debian's libstdc++6 that has these.
 */
export const OLDEST_SYSTEMS = {
  /** And Ubuntu 20.04: what the product promises to run on. */
  "debian-11": { glibc: 31, libstdcxx: 28, libstdcxxPackage: "10" },
  /** And Ubuntu 22.04: what the finished files of llama.cpp run on. */
  "debian-12": { glibc: 35, libstdcxx: 30, libstdcxxPackage: "12" },
} as const;

export type OldestSystem = keyof typeof OLDEST_SYSTEMS;

export interface PackageArguments {
  readonly target: TargetName;
  readonly gpu: GpuChoice;
  readonly version: string;
  readonly outdir: string;
  /** Nothing that the product cannot do without may need a newer one. */
  readonly oldest: OldestSystem;
}

export const USAGE = `usage: bun run package [--target ${Object.keys(TARGETS).join("|")}] [--gpu ${GPU_CHOICES.join("|")}] [--version X.Y.Z] [--outdir dist] [--oldest ${Object.keys(OLDEST_SYSTEMS).join("|")}]`;

function isOldestSystem(value: string): value is OldestSystem {
  return Object.hasOwn(OLDEST_SYSTEMS, value);
}

const OPTIONS = {
  target: { type: "string", default: "linux-x64" },
  gpu: { type: "string", default: "none" },
  version: { type: "string", default: packageJson.version },
  outdir: { type: "string", default: "dist" },
  oldest: { type: "string", default: "debian-11" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/**
 * @returns null when help was asked for
 * @throws UsageError for anything it does not know
 */
export function parsePackageArguments(argv: readonly string[]): PackageArguments | null {
  const { target, gpu, version, outdir, oldest, help } = parseOptions(argv, OPTIONS);
  if (help) return null;
  if (!isTarget(target)) throw new UsageError(`unknown target "${target}"`);
  if (!isGpu(gpu)) throw new UsageError(`unknown GPU choice "${gpu}"`);
  if (!isVersion(version)) throw new UsageError(`"${version}" is no version like 1.2.3 or 1.2.3-rc.1`);
  if (!isOldestSystem(oldest)) throw new UsageError(`unknown system "${oldest}"`);
  return { target, gpu, version, outdir: resolve(outdir), oldest };
}
