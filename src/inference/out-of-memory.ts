import { readFileSync } from "node:fs";
import type { ChildExit } from "../child-process/child-process.ts";

/** What may explain the death of a process. */
export interface MemoryEvidence {
  /** Processes that the kernel has killed for lack of memory; null where it does not tell. */
  readonly oomKills: number | null;
  /** The process may not use all the addresses it likes (`ulimit -v`). */
  readonly addressesLimited: boolean;
}

const SAID =
  /out of memory|failed to allocate|unable to allocate|insufficient memory|bad_alloc|too large for the available/i;

/** Whether that is how native code says that it has too little memory. */
export function saysOutOfMemory(text: string): boolean {
  return SAID.test(text);
}

/** Read synchronously: the kernel answers from memory, in microseconds. */
export function memoryEvidence(pid: number | "self" = "self"): MemoryEvidence {
  const oomKills = /^oom_kill (\d+)$/m.exec(read("/proc/vmstat"))?.[1];
  return {
    oomKills: oomKills === undefined ? null : Number(oomKills),
    addressesLimited: addressLimit(pid) !== null,
  };
}

/** Bytes of addresses that a process may use; null = no limit. */
export function addressLimit(pid: number | "self" = "self"): number | null {
  const limit = /^Max address space +(\d+)/m.exec(read(`/proc/${pid}/limits`))?.[1];
  return limit === undefined ? null : Number(limit);
}

/**
 * Whether a process died because there was too little memory. SIGKILL alone is no proof, administrators kill as well;
 * that the kernel has counted a kill meanwhile is. Under an address limit native code dies in many ways, and while it
 * loads the limit is by far the likeliest of reasons.
 */
export function diedOfMemory(
  { signal, exitCode, output }: ChildExit,
  before: MemoryEvidence,
  after: MemoryEvidence,
  wasLoading: boolean,
): boolean {
  if (signal === "SIGKILL") {
    return before.oomKills === null || after.oomKills === null
      ? wasLoading
      : after.oomKills > before.oomKills;
  }
  if (signal === null && exitCode === 0) return false;
  // An allocation that failed and that nobody caught: of C++, or of the GPU, where the engine then gives up.
  if (signal === "SIGABRT" && /std::bad_alloc|out of memory/.test(output)) return true;
  // Some engines say that there is too little memory, and die of that in another way.
  if (wasLoading && signal !== "SIGTERM" && saysOutOfMemory(output)) return true;
  return wasLoading && before.addressesLimited && signal !== "SIGTERM";
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // not Linux
  }
}
