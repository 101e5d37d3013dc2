import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { atExit, type TemporaryFolder, temporaryFolder } from "../../../src/e2e/at-exit.ts";

/** Options of the benchmarks that look at a large history. */
export const HISTORY_OPTIONS = { history: "", rows: 1_000_000 } as const;

/**
 * A folder with a `data.db` of many prompts.
 * @param options `history` names one that is there; without it one of so many `rows` is made, and removed in the end
 */
export async function largeHistory({
  history,
  rows,
}: {
  readonly history: string;
  readonly rows: number;
}): Promise<TemporaryFolder> {
  if (history !== "") return given(resolve(history));
  process.stderr.write(`making a history of ${rows.toLocaleString("en")} prompts\n`);
  const folder = await temporaryFolder("cll-history-");
  // By a program of its own: making it takes a minute without a turn of the event loop.
  const script = join(import.meta.dir, "seed-history.ts");
  const child = Bun.spawn([process.execPath, script, join(folder.path, "data.db"), "--rows", `${rows}`], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const forget = atExit(() => child.kill("SIGKILL"));
  const code = await child.exited;
  forget();
  if (code === 0) return folder;
  folder.remove();
  throw new Error(`the history could not be made: exit code ${code}`);
}

function given(path: string): TemporaryFolder {
  if (existsSync(join(path, "data.db"))) return { path, remove: () => undefined };
  process.stderr.write(
    `${path} holds no data.db; make one: bun scripts/bench/history/seed-history.ts ${join(path, "data.db")}\n`,
  );
  process.exit(2);
}
