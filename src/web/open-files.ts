import { closeSync, openSync, readFileSync } from "node:fs";

/** Far more than live pages, requests, canvases and downloads take together. */
const MOST = 4000;

/**
 * How many files this process may have open before connections have to go: half of what the system allows it. Without
 * the other half neither the database nor a canvas could be opened.
 * @param limits what /proc/self/limits says
 */
export function openFilesBound(limits: string): number {
  const allowed = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? MOST * 2);
  return Math.min(MOST, Math.floor(allowed / 2));
}

/** @returns null on Windows, where sockets are no files and their number has no limit that matters */
export function readOpenFilesBound(): number | null {
  if (process.platform === "win32") return null;
  try {
    return openFilesBound(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return openFilesBound("");
  }
}

/** About how many files are open: a new one gets the lowest number that is free. Takes some microseconds. */
export function countOpenFiles(): number {
  try {
    const descriptor = openSync("/dev/null", "r");
    closeSync(descriptor);
    return descriptor;
  } catch {
    return Number.POSITIVE_INFINITY; // not one more can be opened
  }
}
