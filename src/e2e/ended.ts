import { readFileSync } from "node:fs";
import { until } from "./executable.ts";

const LOOK_MS = 20;

/** Waits until the processes are no more, or nothing but entries of the kernel that nobody has read yet. */
export async function ended(...pids: readonly number[]): Promise<void> {
  await until(
    () => (pids.some(isAlive) ? undefined : true),
    (changed) => {
      // Nothing tells when a process ends that is not a child of this one.
      const looking = setInterval(changed, LOOK_MS);
      return () => clearInterval(looking);
    },
    () => `still there: ${pids.filter(isAlive).join(", ")}`,
  );
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
