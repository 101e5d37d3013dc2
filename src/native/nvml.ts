import { dlopen, FFIType } from "bun:ffi";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/*
 * NVIDIA's management library (NVML), which comes with the driver. Structures, lengths and return codes are those of
 * the NVML reference. Calls may take seconds while a driver wakes up, so they belong on a thread of their own.
 */

/** Return codes the program tells apart. */
export const NVML = {
  success: 0,
  uninitialized: 1,
  notSupported: 3,
  insufficientSize: 7,
  driverNotLoaded: 9,
  gpuIsLost: 15,
  versionMismatch: 18,
} as const;

const NAME_LENGTH = 96;
const VERSION_LENGTH = 80;
/** Of nvmlProcessInfo_t: u32 pid, padding, u64 used memory, two u32 for parts of a GPU. */
const PROCESS_BYTES = 24;
const MAX_PROCESSES = 256;
/** Some drivers of the 535 series wrote longer entries than they declared; what they write must have room. */
const LONGEST_PROCESS_BYTES = 40;
/** What the driver says when it does not know, as always with Windows' own memory management. */
const NOT_AVAILABLE = 0xffff_ffff_ffff_ffffn;

const { i32, u32, u64, ptr, cstring } = FFIType;

/** There since the drivers of 2013; without them the library is of no use. */
const REQUIRED = {
  nvmlInit_v2: { args: [], returns: i32 },
  nvmlShutdown: { args: [], returns: i32 },
  nvmlErrorString: { args: [i32], returns: cstring },
  nvmlDeviceGetCount_v2: { args: [ptr], returns: i32 },
  nvmlDeviceGetHandleByIndex_v2: { args: [u32, ptr], returns: i32 },
  nvmlDeviceGetName: { args: [u64, ptr, u32], returns: i32 },
  nvmlDeviceGetMemoryInfo: { args: [u64, ptr], returns: i32 },
} as const;
const UTILIZATION = { nvmlDeviceGetUtilizationRates: { args: [u64, ptr], returns: i32 } } as const;
const DRIVER_VERSION = { nvmlSystemGetDriverVersion: { args: [ptr, u32], returns: i32 } } as const;
const CUDA_VERSION = { nvmlSystemGetCudaDriverVersion_v2: { args: [ptr], returns: i32 } } as const;
/** Since driver 510. */
const PROCESSES = {
  nvmlDeviceGetComputeRunningProcesses_v3: { args: [u64, ptr, ptr], returns: i32 },
} as const;

/** A call that the library refused. */
export class NvmlError extends Error {
  readonly code: number;

  constructor(call: string, code: number, reason: string) {
    super(`${call}: ${reason} (${code})`);
    this.name = "NvmlError";
    this.code = code;
  }
}

/** There is no such library here. */
export class NvmlMissing extends Error {}

/** A GPU; only valid until the next shutdown. */
export type NvmlDevice = bigint;

export interface NvmlProcess {
  readonly pid: number;
  /** Null when the driver does not say. */
  readonly usedBytes: bigint | null;
}

/** The library, open. Everything between `init` and `shutdown` throws NvmlError when the library refuses it. */
export class Nvml {
  readonly #library: ReturnType<typeof openRequired>;
  readonly #utilization: ReturnType<typeof openUtilization>;
  readonly #driverVersion: ReturnType<typeof openDriverVersion>;
  readonly #cudaVersion: ReturnType<typeof openCudaVersion>;
  readonly #processes: ReturnType<typeof openProcesses>;

  /**
   * @param libraries where to look, in this order
   * @throws NvmlMissing; Error when the library is there but lacks what even old drivers have
   */
  constructor(libraries: readonly string[] = nvmlLibraries()) {
    const { path, library } = openFirst(libraries);
    this.#library = library;
    this.#utilization = openUtilization(path);
    this.#driverVersion = openDriverVersion(path);
    this.#cudaVersion = openCudaVersion(path);
    this.#processes = openProcesses(path);
  }

  init(): void {
    this.#check("nvmlInit", this.#library.symbols.nvmlInit_v2());
  }

  shutdown(): void {
    this.#check("nvmlShutdown", this.#library.symbols.nvmlShutdown());
  }

  /** Unloads the library, so that the one of a newer driver can be loaded. */
  close(): void {
    for (const each of [this.#processes, this.#cudaVersion, this.#driverVersion, this.#utilization]) {
      each?.close();
    }
    this.#library.close();
  }

  deviceCount(): number {
    const count = new Uint32Array(1);
    this.#check("nvmlDeviceGetCount", this.#library.symbols.nvmlDeviceGetCount_v2(count));
    return count[0] ?? 0;
  }

  device(index: number): NvmlDevice {
    const device = new BigUint64Array(1);
    const code = this.#library.symbols.nvmlDeviceGetHandleByIndex_v2(index, device);
    this.#check("nvmlDeviceGetHandleByIndex", code);
    return device[0] ?? 0n;
  }

  name(device: NvmlDevice): string {
    const name = Buffer.alloc(NAME_LENGTH);
    const code = this.#library.symbols.nvmlDeviceGetName(device, name, name.length);
    this.#check("nvmlDeviceGetName", code);
    return textOf(name);
  }

  memory(device: NvmlDevice): { readonly totalBytes: bigint; readonly usedBytes: bigint } {
    const [total, , used] = this.#memory(device);
    return { totalBytes: total ?? 0n, usedBytes: used ?? 0n };
  }

  /** @returns percent of the last moments (up to a second); null where driver or GPU cannot tell */
  utilization(device: NvmlDevice): number | null {
    const rates = new Uint32Array(2);
    const code = this.#utilization?.symbols.nvmlDeviceGetUtilizationRates(device, rates) ?? NVML.notSupported;
    if (code === NVML.notSupported) return null;
    this.#check("nvmlDeviceGetUtilizationRates", code);
    return rates[0] ?? null;
  }

  /** @returns null when the driver is too old to tell */
  driverVersion(): string | null {
    const version = Buffer.alloc(VERSION_LENGTH);
    const code = this.#driverVersion?.symbols.nvmlSystemGetDriverVersion(version, version.length);
    return code === NVML.success ? textOf(version) : null;
  }

  /** @returns the newest CUDA the driver can do, for example 12.8; null when the driver is too old to tell */
  cudaVersion(): string | null {
    const version = new Int32Array(1);
    const code = this.#cudaVersion?.symbols.nvmlSystemGetCudaDriverVersion_v2(version);
    const [number] = version;
    if (code !== NVML.success || number === undefined) return null;
    return `${Math.floor(number / 1000)}.${Math.floor((number % 1000) / 10)}`;
  }

  /** @returns who computes on the GPU; null when the driver does not say, or when there are more than 256 */
  processes(device: NvmlDevice): readonly NvmlProcess[] | null {
    const count = new Uint32Array([MAX_PROCESSES]);
    const bytes = new Uint8Array(MAX_PROCESSES * LONGEST_PROCESS_BYTES);
    const code = this.#processes?.symbols.nvmlDeviceGetComputeRunningProcesses_v3(device, count, bytes);
    if (code !== NVML.success) return null;
    const list = new DataView(bytes.buffer);
    return Array.from({ length: count[0] ?? 0 }, (_, index) => {
      const used = list.getBigUint64(index * PROCESS_BYTES + 8, true);
      return {
        pid: list.getUint32(index * PROCESS_BYTES, true),
        usedBytes: used === NOT_AVAILABLE ? null : used,
      };
    });
  }

  #memory(device: NvmlDevice): BigUint64Array {
    const memory = new BigUint64Array(3);
    const code = this.#library.symbols.nvmlDeviceGetMemoryInfo(device, memory);
    this.#check("nvmlDeviceGetMemoryInfo", code);
    return memory;
  }

  #check(call: string, code: number): void {
    if (code === NVML.success) return;
    throw new NvmlError(call, code, String(this.#library.symbols.nvmlErrorString(code)));
  }
}

/** Where drivers put the library. */
function nvmlLibraries(): string[] {
  if (process.platform !== "win32") return ["libnvidia-ml.so.1"];
  const { SYSTEMROOT = "C:\\Windows", PROGRAMFILES = "C:\\Program Files" } = process.env;
  return [
    join(SYSTEMROOT, "System32", "nvml.dll"),
    join(PROGRAMFILES, "NVIDIA Corporation", "NVSMI", "nvml.dll"),
  ];
}

function openFirst(paths: readonly string[]) {
  for (const path of paths) {
    // A name that the system's search path does not know is looked up in the working directory by Bun. Whoever
    // can write there must not decide what is loaded.
    if (resolve(path) !== path && existsSync(path)) continue;
    try {
      return { path, library: openRequired(path) };
    } catch (error) {
      if (!isLoadFailure(error)) throw error;
    }
  }
  throw new NvmlMissing(`There is no ${paths.join(", no ")}.`);
}

function isLoadFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_DLOPEN_FAILED";
}

function openRequired(path: string) {
  return dlopen(path, REQUIRED);
}

// One by one, because a library that lacks one symbol is refused as a whole.
const openUtilization = (path: string) => orNull(() => dlopen(path, UTILIZATION));
const openDriverVersion = (path: string) => orNull(() => dlopen(path, DRIVER_VERSION));
const openCudaVersion = (path: string) => orNull(() => dlopen(path, CUDA_VERSION));
const openProcesses = (path: string) => orNull(() => dlopen(path, PROCESSES));

function orNull<T>(open: () => T): T | null {
  try {
    return open();
  } catch {
    return null; // a driver older than this function
  }
}

function textOf(buffer: Buffer): string {
  const end = buffer.indexOf(0);
  return buffer.toString("utf8", 0, end === -1 ? buffer.length : end);
}
