import type { GpuFailure, GpuResult, GpuSource } from "./gpu-snapshot.ts";

/** A driver that is loaded anew is back after seconds, one that is installed after minutes. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 10 * 60_000;

interface SourceHealth {
  /** Failures in a row. */
  readonly failures: number;
  /** When it may be asked again, in ms. */
  readonly retryAt: number;
  readonly failure: GpuFailure | null;
}

/** Which sources work, and when those that do not are tried again. */
export type GpuSources = Readonly<Record<GpuSource, SourceHealth>>;

const UNTRIED: SourceHealth = { failures: 0, retryAt: 0, failure: null };
export const UNTRIED_SOURCES: GpuSources = { nvml: UNTRIED, "nvidia-smi": UNTRIED };

/** The source to ask now, NVML first; null when none is due. */
export function dueSource(sources: GpuSources, now: number): GpuSource | null {
  if (sources.nvml.retryAt <= now) return "nvml";
  return sources["nvidia-smi"].retryAt <= now ? "nvidia-smi" : null;
}

/** When a source that has failed may be asked again; 0 = at once. */
export function nextAttempt(sources: GpuSources): number {
  return Math.min(sources.nvml.retryAt, sources["nvidia-smi"].retryAt);
}

export function afterResult(
  sources: GpuSources,
  source: GpuSource,
  result: GpuResult,
  now: number,
): GpuSources {
  if ("reading" in result) return { ...sources, [source]: UNTRIED };
  const failures = sources[source].failures + 1;
  const delay = result.failure.kind === "missing" ? LONGEST_RETRY_MS : FIRST_RETRY_MS * 2 ** (failures - 1);
  const retryAt = now + Math.min(delay, LONGEST_RETRY_MS);
  return { ...sources, [source]: { failures, retryAt, failure: result.failure } };
}
