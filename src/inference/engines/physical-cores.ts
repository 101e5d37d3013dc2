import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Cores that are useful for arithmetic: two threads of one core share what computes. Half of all where nobody tells. */
export function physicalCores(): number {
  const logical = availableParallelism();
  return Math.min(logical, listedCores() ?? Math.ceil(logical / 2));
}

function listedCores(): number | null {
  try {
    const cores = new Set<string>();
    for (const processor of readFileSync("/proc/cpuinfo", "utf8").split("\n\n")) {
      const socket = /^physical id\s*: (\d+)$/m.exec(processor)?.[1];
      const core = /^core id\s*: (\d+)$/m.exec(processor)?.[1];
      if (core !== undefined) cores.add(`${socket}:${core}`);
    }
    return cores.size > 0 ? cores.size : null;
  } catch {
    return null; // not Linux
  }
}
