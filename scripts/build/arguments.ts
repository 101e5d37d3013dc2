import { resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { parseOptions, UsageError } from "./usage-error.ts";

/** What an executable can be built for, and what differs between the two. */
export const TARGETS = {
  "linux-x64": { bun: "bun-linux-x64", nativeName: "linux-x64", executableName: "canvuslocallm" },
  "windows-x64": { bun: "bun-windows-x64", nativeName: "win-x64", executableName: "canvuslocallm.exe" },
} as const;

export type TargetName = keyof typeof TARGETS;

/** GPU back ends that are laid beside the CPU one; none is the small default. */
export const GPU_CHOICES = ["none", "vulkan", "cuda"] as const;

export type GpuChoice = (typeof GPU_CHOICES)[number];

export interface BuildArguments {
  readonly target: TargetName;
  readonly outdir: string;
  readonly gpu: GpuChoice;
  /** Folder with what `scripts/natives/` has built. */
  readonly natives: string;
  readonly version: string;
  /** Where to write which sources went into the executable; null: nowhere. */
  readonly metafile: string | null;
}

const NATIVES = ".tools/natives";

export const USAGE = `usage: bun run build [--target ${Object.keys(TARGETS).join("|")}] [--outdir dist] [--gpu ${GPU_CHOICES.join("|")}] [--natives ${NATIVES}] [--version X.Y.Z] [--metafile FILE]`;

/** Semantic version without build metadata, which the GPU choice takes. */
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$/;

export function isTarget(value: string): value is TargetName {
  return Object.hasOwn(TARGETS, value);
}

export function isGpu(value: string): value is GpuChoice {
  return GPU_CHOICES.some((choice) => choice === value);
}

export function isVersion(value: string): boolean {
  return VERSION.test(value);
}

const OPTIONS = {
  target: { type: "string", default: process.platform === "win32" ? "windows-x64" : "linux-x64" },
  outdir: { type: "string", default: "dist" },
  gpu: { type: "string", default: "none" },
  natives: { type: "string", default: NATIVES },
  version: { type: "string", default: packageJson.version },
  metafile: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/**
 * @returns null when help was asked for
 * @throws UsageError for anything it does not know
 */
export function parseBuildArguments(argv: readonly string[]): BuildArguments | null {
  const { target, outdir, gpu, natives, version, metafile, help } = parseOptions(argv, OPTIONS);
  if (help) return null;
  if (!isTarget(target)) throw new UsageError(`unknown target "${target}"`);
  if (!isGpu(gpu)) throw new UsageError(`unknown GPU choice "${gpu}"`);
  if (!isVersion(version)) throw new UsageError(`"${version}" is no version like 1.2.3 or 1.2.3-rc.1`);
  return {
    target,
    outdir: resolve(outdir),
    gpu,
    natives: resolve(natives),
    version,
    metafile: metafile ? resolve(metafile) : null,
  };
}
