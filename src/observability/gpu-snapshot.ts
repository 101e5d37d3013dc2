/** Where figures of GPUs come from. */
export type GpuSource = "nvml" | "nvidia-smi";

export interface GpuProcess {
  readonly pid: number;
  /** Null when the driver does not say, as on Windows. */
  readonly vram_used_mb: number | null;
}

/** One GPU at one moment. Memory in MiB, load in percent of the last moments. */
export interface GpuSnapshot {
  readonly index: number;
  readonly name: string;
  readonly vram_used_mb: number;
  readonly vram_total_mb: number;
  /** Null where driver or GPU cannot tell. */
  readonly gpu_utilization_percent: number | null;
  /** Version of the driver. */
  readonly driver: string;
  /** Who computes on it; absent when the source or the driver does not say. */
  readonly processes?: readonly GpuProcess[];
}

export interface GpuReading {
  readonly source: GpuSource;
  /** At least one. */
  readonly gpus: readonly GpuSnapshot[];
  /** What is wrong with further GPUs that could not be read, one sentence each. */
  readonly unreadable: readonly string[];
  /** The newest CUDA the driver can do, for example 12.8. */
  readonly cuda: string | null;
}

/** `missing`: nothing is installed, or no GPU is there; `failed`: something is there and does not work. */
export interface GpuFailure {
  readonly kind: "missing" | "failed";
  /** One sentence. */
  readonly message: string;
}

export type GpuResult = { readonly reading: GpuReading } | { readonly failure: GpuFailure };

/** The log's and the database's GPU fields. */
export interface GpuTotals {
  readonly vram_used_mb: number;
  readonly vram_total_mb: number;
  readonly gpu_utilization_percent: number | null;
}

/** All GPUs together: memory added up, load of the busiest; null without any. */
export function gpuTotals(gpus: readonly GpuSnapshot[]): GpuTotals | null {
  if (gpus.length === 0) return null;
  const loads = gpus.flatMap(({ gpu_utilization_percent: load }) => (load === null ? [] : [load]));
  return {
    vram_used_mb: gpus.reduce((sum, gpu) => sum + gpu.vram_used_mb, 0),
    vram_total_mb: gpus.reduce((sum, gpu) => sum + gpu.vram_total_mb, 0),
    gpu_utilization_percent: loads.length === 0 ? null : Math.max(...loads),
  };
}
