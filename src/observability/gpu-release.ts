import { AppError } from "../errors/app-error.ts";
import { sleep, type Timers } from "../timers.ts";
import type { GpuProcess, GpuSnapshot } from "./gpu-snapshot.ts";
import type { Logger } from "./logger.ts";

/** Drivers clean up after a process within some ms; one that still has not after this long will not. */
const PATIENCE_MS = 3000;
const LOOK_AGAIN_MS = 100;

export interface GpuReleaseOptions {
  readonly gpus: { latest(): readonly GpuSnapshot[]; sample(): Promise<readonly GpuSnapshot[]> };
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Waits until the driver no longer counts a process that has ended among those that hold GPU memory; the log says
 * whether that came true. At once where nobody tells who holds what. Never rejects.
 */
export async function gpuMemoryReleased(pid: number, options: GpuReleaseOptions): Promise<void> {
  const { gpus, timers, logger } = options;
  const began = timers.monotonicNow();
  const source = "observability/gpu-release.ts:gpuMemoryReleased";
  const before = holdings(pid, gpus.latest());
  for (;;) {
    const held = holdings(pid, await gpus.sample());
    const fields = { source, pid, duration_ms: timers.monotonicNow() - began };
    if (held.length === 0) {
      if (before.length > 0)
        logger.info("GPU memory of the model process is free", { ...fields, freed_mb: sum(before) });
      return;
    }
    if (timers.monotonicNow() - began >= PATIENCE_MS) {
      const message = `The driver still counts ${sum(held)} MiB of GPU memory for process ${pid}, which has ended.`;
      const error = new AppError("GPU_UNAVAILABLE", message);
      logger.warn("GPU memory of the model process is not free", { ...fields, held_mb: sum(held), error });
      return;
    }
    await sleep(timers, LOOK_AGAIN_MS);
  }
}

function holdings(pid: number, gpus: readonly GpuSnapshot[]): readonly GpuProcess[] {
  return gpus.flatMap(({ processes = [] }) => processes.filter((each) => each.pid === pid));
}

function sum(processes: readonly GpuProcess[]): number {
  return processes.reduce((total, { vram_used_mb }) => total + (vram_used_mb ?? 0), 0);
}
