import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { totalmem } from "node:os";
import type { MemoryBudget } from "./model-scheduler-types.ts";
import { addressLimit } from "./out-of-memory.ts";

/** Left to the system and to the rest of this program, whatever models want. */
const MAX_RESERVE = 1_000_000_000;
const RESERVE_SHARE = 0.1;
const GIBIBYTE = 1024 ** 3;
/** What drivers make on Linux, in Windows' subsystem for it too. */
const GPU_DEVICES = ["/dev/nvidiactl", "/dev/dri", "/dev/kfd", "/dev/dxg"];

/**
 * What all models together may take now: what is free, and what the runners have already, less a reserve. A limit of
 * the container or of the service's unit counts like a smaller machine. The GPU's memory is not known here.
 * @param runners process ids
 */
export async function measureBudget(runners: readonly number[]): Promise<MemoryBudget> {
  const limit = memoryLimit();
  const taken = await Promise.all(runners.map(ownBytes));
  const free = process.availableMemory() + taken.reduce((sum, bytes) => sum + bytes, 0);
  const allowed = limit < totalmem() ? limit - process.memoryUsage.rss() : limit;
  const reserve = Math.min(MAX_RESERVE, limit * RESERVE_SHARE);
  return { ram: Math.max(0, Math.min(free, allowed) - reserve), vram: null };
}

/** What kind of memory this is; measurements of another kind say nothing. */
export function describeMemory(): string {
  const addresses = addressLimit();
  const limited = addresses === null ? "" : `, ${(addresses / GIBIBYTE).toFixed(1)} GiB of addresses`;
  return `${(memoryLimit() / GIBIBYTE).toFixed(1)} GiB${limited}`;
}

/** False when there surely is no GPU. */
export function mayHaveGpu(): boolean {
  return process.platform !== "linux" || GPU_DEVICES.some((path) => existsSync(path));
}

/** Of the container or the machine, in bytes. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Memory that is not merely a view of a file: that the system counts as free. 0 for a process that has ended. */
async function ownBytes(pid: number): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
