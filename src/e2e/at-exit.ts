import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const tasks = new Set<() => void>();
let isWatching = false;

/**
 * Has something done when this program ends by itself or by a signal, so that it leaves nothing behind; the newest
 * first. Nothing helps against SIGKILL.
 * @returns takes it back
 */
export function atExit(task: () => void): () => void {
  watch();
  tasks.add(task);
  return () => tasks.delete(task);
}

export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** An empty folder that is gone with this program at the latest. */
export async function temporaryFolder(prefix: string, parent = tmpdir()): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(parent, prefix));
  const removed = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  const forget = atExit(removed);
  const remove = () => {
    removed();
    forget();
  };
  return { path, remove };
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  process.on("exit", runAll);
  for (const signal of SIGNALS) {
    process.once(signal, () => {
      runAll();
      // Without this listener: it ends the program, or is another listener's affair. Some (signal-exit) leave the end to
      // the others for as long as there are any.
      process.kill(process.pid, signal);
    });
  }
}

function runAll(): void {
  for (const task of [...tasks].reverse()) {
    tasks.delete(task);
    try {
      task();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    }
  }
}
