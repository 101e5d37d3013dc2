import { NVML, Nvml, NvmlError, NvmlMissing } from "../native/nvml.ts";
import type { GpuFailure, GpuResult, GpuSnapshot, GpuSource } from "./gpu-snapshot.ts";
import { readNvidiaSmi } from "./nvidia-smi.ts";

const MIB = 1024 * 1024;

/** What the codes mean for people; NVML's own words are for programmers. */
const SENTENCES: Readonly<Record<number, string>> = {
  [NVML.uninitialized]: "The NVIDIA driver forgot about this program, as it does when it is loaded anew.",
  [NVML.driverNotLoaded]: "The NVIDIA driver is not loaded.",
  [NVML.gpuIsLost]: "The GPU no longer answers: it has fallen off the bus.",
  [NVML.versionMismatch]: "The NVIDIA driver was updated and the old one still runs: restart the machine.",
};

/** Reads GPUs now, on the calling thread: a driver that wakes up, or hangs, blocks it for as long. */
export class GpuReader {
  readonly #open: () => Nvml;
  #nvml: Nvml | null = null;

  constructor(open: () => Nvml = () => new Nvml()) {
    this.#open = open;
  }

  /** Never throws. After a failure the next call begins afresh, with whatever driver is there then. */
  async read(source: GpuSource): Promise<GpuResult> {
    return source === "nvml" ? this.#readNvml() : readNvidiaSmi();
  }

  close(): void {
    const nvml = this.#nvml;
    this.#nvml = null;
    try {
      nvml?.shutdown();
    } catch {
      // The driver is gone; that is why it is closed.
    }
    nvml?.close();
  }

  #readNvml(): GpuResult {
    try {
      const nvml = this.#session();
      const result = readAll(nvml);
      if ("failure" in result) this.close();
      return result;
    } catch (error) {
      this.close();
      return { failure: nvmlFailure(error) };
    }
  }

  #session(): Nvml {
    if (this.#nvml !== null) return this.#nvml;
    const nvml = this.#open();
    try {
      nvml.init();
    } catch (error) {
      nvml.close();
      throw error;
    }
    this.#nvml = nvml;
    return nvml;
  }
}

function readAll(nvml: Nvml): GpuResult {
  const count = nvml.deviceCount();
  if (count === 0) return { failure: { kind: "missing", message: "The NVIDIA driver finds no GPU." } };
  const driver = nvml.driverVersion() ?? "unknown";
  const gpus: GpuSnapshot[] = [];
  const failures: unknown[] = [];
  const unreadable: string[] = [];
  for (let index = 0; index < count; index++) {
    try {
      gpus.push(readOne(nvml, index, driver));
    } catch (error) {
      // One lost GPU must not hide the others.
      failures.push(error);
      unreadable.push(`GPU ${index}: ${sentence(error)}`);
    }
  }
  if (gpus.length === 0) return { failure: nvmlFailure(failures[0]) };
  return { reading: { source: "nvml", gpus, unreadable, cuda: nvml.cudaVersion() } };
}

function readOne(nvml: Nvml, index: number, driver: string): GpuSnapshot {
  const device = nvml.device(index);
  const { totalBytes, usedBytes } = nvml.memory(device);
  const processes = nvml.processes(device);
  return {
    index,
    name: nvml.name(device),
    vram_used_mb: mebibytes(usedBytes),
    vram_total_mb: mebibytes(totalBytes),
    gpu_utilization_percent: nvml.utilization(device),
    driver,
    ...(processes === null ? {} : { processes: processes.map(toGpuProcess) }),
  };
}

function toGpuProcess({ pid, usedBytes }: { pid: number; usedBytes: bigint | null }) {
  return { pid, vram_used_mb: usedBytes === null ? null : mebibytes(usedBytes) };
}

function mebibytes(bytes: bigint): number {
  return Math.round(Number(bytes) / MIB);
}

function nvmlFailure(error: unknown): GpuFailure {
  if (error instanceof NvmlMissing) return { kind: "missing", message: error.message };
  return { kind: "failed", message: sentence(error) };
}

function sentence(error: unknown): string {
  if (!(error instanceof NvmlError)) {
    return `The NVIDIA library cannot be used: ${error instanceof Error ? error.message : String(error)}.`;
  }
  return `${SENTENCES[error.code] ?? "The NVIDIA driver reports an error."} [${error.message}]`;
}
