import { readFileSync } from "node:fs";

const LOOK_MS = 5;

/** Whoever has ended but was not collected yet (a zombie) counts as dead. */
export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

/**
 * Waits for the end of a process that is not our child. Nobody tells of that, so this looks again and again.
 * @returns false when it is still there after so many ms
 */
export async function ends(pid: number, patienceMs = 30_000): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await Bun.sleep(LOOK_MS);
  }
  return true;
}
