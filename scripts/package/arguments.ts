import { resolve } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "../../package.json" with { type: "json" };
import {
  GPU_CHOICES,
  type GpuChoice,
  isGpu,
  isTarget,
  isVersion,
  TARGETS,
  type TargetName,
  UsageError,
} from "../build/arguments.ts";

/** Debian 11 and Ubuntu 20.04, the oldest systems that the product promises to run on. */
const GLIBC_FLOOR = "2.31";

export interface PackageArguments {
  readonly target: TargetName;
  readonly gpu: GpuChoice;
  readonly version: string;
  readonly outdir: string;
  /** No engine that the product cannot do without may need a newer glibc than this. */
  readonly glibcFloor: string;
}

export const USAGE = `usage: bun run package [--target ${Object.keys(TARGETS).join("|")}] [--gpu ${GPU_CHOICES.join("|")}] [--version X.Y.Z] [--outdir dist] [--glibc-floor ${GLIBC_FLOOR}]`;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        target: { type: "string", default: "linux-x64" },
        gpu: { type: "string", default: "none" },
        version: { type: "string", default: packageJson.version },
        outdir: { type: "string", default: "dist" },
        "glibc-floor": { type: "string", default: GLIBC_FLOOR },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}

/**
 * @returns null when help was asked for
 * @throws UsageError for anything it does not know
 */
export function parsePackageArguments(argv: readonly string[]): PackageArguments | null {
  const { target, gpu, version, outdir, "glibc-floor": glibcFloor, help } = parse(argv);
  if (help) return null;
  if (!isTarget(target)) throw new UsageError(`unknown target "${target}"`);
  if (!isGpu(gpu)) throw new UsageError(`unknown GPU choice "${gpu}"`);
  if (!isVersion(version)) throw new UsageError(`"${version}" is no version like 1.2.3 or 1.2.3-rc.1`);
  if (!/^2\.\d+$/.test(glibcFloor)) throw new UsageError(`"${glibcFloor}" is no glibc version like 2.31`);
  return { target, gpu, version, outdir: resolve(outdir), glibcFloor };
}
