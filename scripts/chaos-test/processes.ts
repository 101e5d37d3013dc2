import { readdir, readlink } from "node:fs/promises";

/** Ids of the living processes that run this very file. */
async function processesOf(executable: string): Promise<number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const running = await Promise.all(
    ids.map(async (id) => {
      // Foreign and ended processes cannot be looked at.
      const target = await readlink(`/proc/${id}/exe`).catch(() => "");
      return target === executable && !(await isZombie(id));
    }),
  );
  return ids.filter((_, index) => running[index]);
}

async function isZombie(id: number): Promise<boolean> {
  const state = await Bun.file(`/proc/${id}/stat`)
    .text()
    .catch(() => ") Z");
  return state.includes(") Z");
}

/** Those that are still there after a while: the kernel needs some milliseconds to end a killed process. */
export async function lastingProcesses(executable: string, except: readonly number[]): Promise<number[]> {
  const patience = 2000;
  for (const began = performance.now(); ; await Bun.sleep(20)) {
    const left = (await processesOf(executable)).filter((id) => !except.includes(id));
    if (left.length === 0 || performance.now() - began > patience) return left;
  }
}
