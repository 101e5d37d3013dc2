// How long it takes from the start of the process until the service watches its canvas; the model is loaded beside that
// and not waited for. In turns with an executable that Bun compiled from one line, which is what any program of this
// kind needs on this machine. `bun scripts/bench/start-up.ts [--runs 25] [--json]`; exits with 1 above 300 ms (median).
// On a machine that does other things meanwhile, `chrt -r 10 bun …` measures the program and not its neighbours.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Harness } from "../../src/e2e/harness.ts";

const GOAL_MS = 300;

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { runs: { type: "string", default: "25" }, json: { type: "boolean", default: false } },
});
const runs = Number(values.runs);

async function buildPeer(folder: string): Promise<string> {
  const source = join(folder, "peer.ts");
  const outfile = join(folder, "peer");
  await Bun.write(source, `process.stderr.write("here\\n");\n`);
  const { success, logs } = await Bun.build({ entrypoints: [source], compile: { outfile } });
  if (!success) throw new Error(logs.join("\n"));
  return outfile;
}

async function peerMs(executable: string): Promise<number> {
  const began = performance.now();
  const peer = Bun.spawn([executable], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  for await (const _ of peer.stderr) break;
  const took = performance.now() - began;
  await peer.exited;
  return took;
}

/** With a data directory of an earlier run, as every start but the first one has it. */
async function watchingMs(harness: Harness, changes: Record<string, string> = {}): Promise<number> {
  const began = performance.now();
  const service = harness.run(changes);
  await service.logged(({ message }) => message.startsWith("watching canvas"));
  const took = performance.now() - began;
  // Otherwise the next start would compete with the end of this one.
  await service.stop();
  return took;
}

function figures(times: readonly number[]): { readonly median: number; readonly p95: number } {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN);
  return { median: at(0.5), p95: at(0.95) };
}

const folder = await mkdtemp(join(tmpdir(), "start-up-"));
const harness = await Harness.start();
try {
  const peer = await buildPeer(folder);
  // The files come from the disk into memory.
  await peerMs(peer);
  await watchingMs(harness);
  const times = { peer: [] as number[], watching: [] as number[], first: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    times.peer.push(await peerMs(peer));
    times.watching.push(await watchingMs(harness));
    times.first.push(await watchingMs(harness, { CANVUSLLM_DATA_DIR: join(folder, `data-${run}`) }));
  }
  const result = {
    runs,
    peer_ms: figures(times.peer),
    watching_ms: figures(times.watching),
    first_start_ms: figures(times.first),
    goal_ms: GOAL_MS,
  };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : describe(result));
  process.exitCode = result.watching_ms.median <= GOAL_MS ? 0 : 1;
} finally {
  await harness.close();
  await rm(folder, { recursive: true, force: true });
}

function describe(
  result: Record<"peer_ms" | "watching_ms" | "first_start_ms", ReturnType<typeof figures>>,
): string {
  const line = (what: string, { median, p95 }: ReturnType<typeof figures>) =>
    `${what.padEnd(44)} median ${String(median).padStart(4)} ms, p95 ${String(p95).padStart(4)} ms\n`;
  return [
    line("an executable of one line", result.peer_ms),
    line(`the service until it watches (goal ${GOAL_MS})`, result.watching_ms),
    line("the same, the very first time", result.first_start_ms),
  ].join("");
}
