// How long it takes from the start of the process until the service watches its canvas; the model is loaded beside that
// and not waited for. In turns with an executable that Bun compiled from one line, which is what any program of this
// kind needs on this machine. `bun scripts/bench/start-up.ts [--runs 25] [--json FILE]`; exits with 1 above 300 ms (median).
// On a machine that does other things meanwhile, `chrt -r 10 bun …` measures the program and not its neighbours.
import { join } from "node:path";
import { temporaryFolder } from "../../src/e2e/at-exit.ts";
import { Harness } from "../../src/e2e/harness.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";

const GOAL_MS = 300;

/** How long a stop may take under normal load. */
const STOP_GOAL_MS = 10_000;

const { report, options } = beginBench({ runs: 25 });
const { runs } = options;
const stops: number[] = [];

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
  const asked = performance.now();
  await service.stop();
  stops.push(performance.now() - asked);
  return took;
}

const folder = await temporaryFolder("cll-start-up-");
const harness = await Harness.start();
try {
  const executable = await buildPeer(folder.path);
  // The files come from the disk into memory.
  await peerMs(executable);
  await watchingMs(harness);
  const times = { peer: [] as number[], watching: [] as number[], first: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    times.peer.push(await peerMs(executable));
    times.watching.push(await watchingMs(harness));
    times.first.push(await watchingMs(harness, { CANVUSLLM_DATA_DIR: join(folder.path, `data-${run}`) }));
  }
  const peer = { what: "an executable of one line", value: quantile(times.peer, 0.5) };
  report.add(
    {
      name: "from the start to watching, p50",
      value: quantile(times.watching, 0.5),
      unit: "ms",
      goal: { atMost: GOAL_MS },
      beside: peer,
    },
    { name: "from the start to watching, p95", value: quantile(times.watching, 0.95), unit: "ms" },
    { name: "the very first start, p50", value: quantile(times.first, 0.5), unit: "ms", beside: peer },
    {
      name: "from SIGTERM to the end, p95",
      value: quantile(stops, 0.95),
      unit: "ms",
      goal: { atMost: STOP_GOAL_MS },
    },
  );
  await report.end();
} finally {
  await harness.close();
  folder.remove();
}
