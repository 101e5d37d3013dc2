// A canvas of 100,000 widgets: how long until it is watched, for how long the main thread of the service does nothing
// else, and whether it keeps up with 5,000 updates a second while it answers. Beside it a client that reads the same
// first frame in one go. `bun scripts/bench/canvas.ts [--widgets 100000] [--rate 5000] [--seconds 10]`.

import { join } from "node:path";
import { temporaryFolder } from "../../src/e2e/at-exit.ts";
import { Execution, type LogLine } from "../../src/e2e/executable.ts";
import type { ProbeReading } from "./canvas/probe.ts";
import { beginBench } from "./report/report.ts";

const TOKEN = "token-of-the-benchmark";
const CANVAS = "crowded";
const GOALS = { watchingMs: 2000, workMs: 5, updatesPerSecond: 5000, promptMs: 1000 } as const;
/** After the start compilers and collectors of the runtime are busy for a while. */
const SETTLE_MS = 3000;

const { report, options } = beginBench({ widgets: 100_000, rate: 5000, seconds: 10, prompts: 5 });
const folder = await temporaryFolder("cll-canvas-");
const socket = join(folder.path, "probe");
const running: Execution[] = [];

function start(args: readonly string[], environment: Record<string, string> = {}): Execution {
  const execution = new Execution(args, environment);
  running.push(execution);
  return execution;
}

async function post(path: string, body: unknown): Promise<unknown> {
  const headers = { "private-token": TOKEN };
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const crowd = (body: object) => post("/_sim/crowd", { canvas_id: CANVAS, ...body });

/** Since the last time it was asked. */
async function probe(): Promise<ProbeReading> {
  return (await (await fetch("http://probe/", { unix: socket })).json()) as ProbeReading;
}

/** What reads the first frame as one line: how long it takes from its first byte, and how long it blocks. */
async function plainClient(): Promise<{ totalMs: number; parseMs: number; megabytes: number }> {
  const headers = { "private-token": TOKEN };
  const response = await fetch(`${url}/api/v1/canvases/${CANVAS}/widgets`, { headers });
  const begun = performance.now();
  const text = await response.text();
  const cpu = process.threadCpuUsage();
  JSON.parse(text);
  const { user, system } = process.threadCpuUsage(cpu);
  const totalMs = performance.now() - begun;
  return { totalMs, parseMs: (user + system) / 1000, megabytes: text.length / 1e6 };
}

const isWatching = ({ message }: LogLine) => message.startsWith("watching canvas");
const isStreamOpen = ({ message, url: path, method }: LogLine) =>
  message === "Canvus request" && method === "GET" && String(path).endsWith("/widgets");
const timeOf = (line: LogLine) => Date.parse(String(line.timestamp));

/** From the answer of the server to the whole picture, in ms, for the latest connection of `count`. */
async function snapshotMs(service: Execution, count: number): Promise<number> {
  await service.loggedTimes(count, isWatching);
  const opened = service.log.filter(isStreamOpen).at(-1);
  const watching = service.log.filter(isWatching).at(-1);
  if (!opened || !watching) throw new Error("the log does not say when the stream was opened");
  return timeOf(watching) - timeOf(opened);
}

/** In a free row of the crowd. @returns ms until it is answered, without what the model took. */
async function ask(service: Execution, n: number): Promise<number> {
  const begun = performance.now();
  const note = {
    text: "{{What is the capital of France?}}",
    scale: 0.05,
    location: { x: 50 * n, y: 9 * 22 },
  };
  const { id } = (await post(`/api/v1/canvases/${CANVAS}/notes`, note)) as { id: string };
  const answered = await service.logged(({ message, widget_id }) => {
    return message === "prompt answered" && widget_id === id;
  });
  const total = performance.now() - begun;
  const inference = service.log
    .filter(({ message, correlation_id }) => {
      return message === "inference done" && correlation_id === answered.correlation_id;
    })
    .reduce((sum, line) => sum + Number(line.duration_ms), 0);
  return total - inference;
}

let url = "";
try {
  const simulator = start([
    "simulate",
    "--port",
    "0",
    "--token",
    TOKEN,
    "--canvas",
    CANVAS,
    "--seed",
    "empty",
  ]);
  url = JSON.parse(await simulator.printed((line) => line.includes('"ready"'))).url;
  await crowd({ notes: options.widgets });
  const plain = await plainClient();
  // The service gets its first frame when it has nothing else to do any more.
  await post("/_sim/faults", { kind: "stall", when: "before", subscribe: true });
  const service = start(["run"], {
    CANVUS_SERVER: url,
    CANVUS_API_KEY: TOKEN,
    CANVAS_IDS: CANVAS,
    LLAMA_MODEL_PATH: "builtin:demo",
    LLAMA_GPU: "off",
    PORT: "0",
    CANVUSLLM_DATA_DIR: join(folder.path, "data"),
    CANVUSLLM_PROMPT_SETTLE_MS: "0",
    CANVUSLLM_LOG_LEVEL: "debug",
    BUN_OPTIONS: `--preload=${join(import.meta.dir, "canvas/probe.ts")}`,
    BENCH_PROBE_SOCKET: socket,
  });
  await service.logged(({ message }) => message.endsWith(" is loaded"));
  await Bun.sleep(SETTLE_MS);

  await probe();
  await fetch(`${url}/_sim/faults`, { method: "DELETE" });
  const firstMs = await snapshotMs(service, 1);
  await Bun.sleep(SETTLE_MS);
  const first = await probe();

  await post("/_sim/faults", { kind: "stream-drop", mode: "reset" });
  const againMs = await snapshotMs(service, 2);
  await Bun.sleep(SETTLE_MS);
  const again = await probe();

  // One line for each update: more work than a line with many of them.
  await post("/_sim/faults", { kind: "stream-format", deltas: "object" });
  const flood = crowd({ updates_per_second: options.rate, seconds: options.seconds });
  const begun = performance.now();
  const waits: number[] = [];
  for (let n = 0; n < options.prompts; n += 1) {
    await Bun.sleep((options.seconds * 1000) / (options.prompts + 1));
    waits.push(await ask(service, n));
  }
  await flood;
  const rate = (options.rate * options.seconds * 1000) / (performance.now() - begun);
  const lively = await probe();
  const share = (lively.workMs / lively.passedMs) * 100;

  const { widgets } = options;
  const beside = { what: "a plain client's JSON.parse", value: plain.parseMs };
  report.add(
    { name: `first frame of ${widgets} widgets`, value: plain.megabytes, unit: "MB" },
    {
      name: "first sight: frame to watching",
      value: firstMs,
      unit: "ms",
      goal: { atMost: GOALS.watchingMs },
      beside: { what: "a plain client", value: plain.totalMs },
    },
    {
      name: "first sight: longest work",
      value: first.longestMs,
      unit: "ms",
      goal: { atMost: GOALS.workMs },
      beside,
    },
    {
      name: "seen again: frame to watching",
      value: againMs,
      unit: "ms",
      goal: { atMost: GOALS.watchingMs },
      beside: { what: "a plain client", value: plain.totalMs },
    },
    {
      name: "seen again: longest work",
      value: again.longestMs,
      unit: "ms",
      goal: { atMost: GOALS.workMs },
      beside,
    },
    { name: "updates taken", value: rate, unit: "/s", goal: { atLeast: GOALS.updatesPerSecond * 0.99 } },
    { name: "updates: main thread busy", value: share, unit: "%" },
    {
      name: "updates and prompts: longest work",
      value: lively.longestMs,
      unit: "ms",
      goal: { atMost: GOALS.workMs },
    },
    {
      name: "updates: slowest answer without inference",
      value: Math.max(...waits),
      unit: "ms",
      goal: { atMost: GOALS.promptMs },
    },
  );
  await report.end();
} finally {
  for (const execution of running.reverse()) await execution.stop("SIGKILL");
  await folder.remove();
}
