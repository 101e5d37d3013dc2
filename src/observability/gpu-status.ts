import type { GpuReading, GpuSource } from "./gpu-snapshot.ts";
import type { GpuSources } from "./gpu-sources.ts";

export interface GpuStatus {
  /**
   * starting: not looked yet; working; degraded: figures come, but from the second source or not for all GPUs;
   * absent: this machine has no NVIDIA GPU; unavailable: it has, but the driver or the GPU does not answer.
   */
  readonly state: "starting" | "working" | "degraded" | "absent" | "unavailable";
  readonly source: GpuSource | null;
  readonly gpus: number;
  /** What is wrong, for people; null unless degraded or unavailable. */
  readonly message: string | null;
  /** Readings since the start, and how many attempts failed. */
  readonly readings: number;
  readonly failures: number;
}

/**
 * @param reading the latest, null when the last attempt failed
 * @param seen whether there has been a GPU since the start
 */
export function judgeGpus(
  sources: GpuSources,
  reading: GpuReading | null,
  seen: boolean,
): Pick<GpuStatus, "state" | "message"> {
  const nvml = sources.nvml.failure;
  if (reading !== null) {
    const notes = [
      ...(reading.source === "nvidia-smi" && nvml ? [`${nvml.message} nvidia-smi is used instead.`] : []),
      ...reading.unreadable,
    ];
    return notes.length === 0
      ? { state: "working", message: null }
      : { state: "degraded", message: notes.join(" ") };
  }
  if (nvml === null) return { state: "starting", message: null };
  const failures = [nvml, sources["nvidia-smi"].failure];
  // The library's reason is the clearer one.
  const broken = failures.find((failure) => failure?.kind === "failed");
  if (broken) return { state: "unavailable", message: broken.message };
  return seen ? { state: "unavailable", message: nvml.message } : { state: "absent", message: null };
}
