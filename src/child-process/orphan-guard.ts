import { dieWithParent } from "../native/parent-death-signal.ts";

const POLL_MS = 1000;

export interface OrphanGuard {
  /** To be called before this process closes the channel itself, at its regular end. */
  release(): void;
}

/**
 * Ends this process when the service that started it is gone, even when the service was killed. Three nets, because
 * an orphan would keep the model's memory for ever: the kernel's signal, the closed channel, and a look at the parent.
 * (On Windows the service holds the first one, a job object.)
 */
export function guardAgainstOrphaning(): OrphanGuard {
  const parent = process.ppid;
  process.on("disconnect", endNow);
  setInterval(() => {
    if (process.ppid !== parent) endNow();
  }, POLL_MS).unref();
  dieWithParent();
  // The parent may have died before the kernel was asked.
  if (process.ppid !== parent) endNow();
  return { release: () => void process.off("disconnect", endNow) };
}

/** Not `process.exit`: that waits for native code, which may be the very thing that hangs. */
function endNow(): void {
  process.kill(process.pid, "SIGKILL");
}
