// Asks the built executable for every page and the API on a history of a million prompts, one request after another.
// `bun scripts/bench/dashboard.ts [--rounds 300] [--rows 1000000] [--history FOLDER] [--json FILE]`; exits with 1 when one
// takes more than 20 ms (p99). FOLDER: see history/seed-history.ts; without it one is made.
import { DashboardClient } from "../../src/e2e/dashboard-client.ts";
import { Harness } from "../../src/e2e/harness.ts";
import { HISTORY_OPTIONS, largeHistory } from "./history/large-history.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";

const GOAL_MS = 20;
const PASSWORD = "password-of-the-benchmark";

/** The first does next to nothing: it shows what the machine itself adds, with others at work on it. */
const ADDRESSES = [
  "/healthz",
  "/",
  "/history",
  "/history?status=failed",
  "/history?model=qwen3-8b&operation=image_prompt",
  "/history?q=sakale",
  "/history?q=sakale+nobody",
  "/metrics?range=hour",
  "/metrics?range=day",
  "/metrics?range=week",
  "/metrics?range=month",
  "/errors?range=day",
  "/errors?range=month",
  "/logs",
  "/api/v1/status",
  "/api/v1/history?limit=200",
  "/api/v1/metrics?range=week",
  "/api/v1/errors?range=week",
  "/api/v1/logs",
];

const { report, options } = beginBench({ ...HISTORY_OPTIONS, rounds: 300 });

/** In ms, with the whole body. */
async function timesOf(client: DashboardClient, address: string): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const begun = performance.now();
    const response = await client.get(address);
    await response.arrayBuffer();
    times.push(performance.now() - begun);
    if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);
  }
  return times;
}

async function measure(client: DashboardClient, name: string, address: string): Promise<void> {
  const times = await timesOf(client, address);
  report.add({
    name: `${name}, p99`,
    value: quantile(times, 0.99),
    unit: "ms",
    goal: { atMost: GOAL_MS },
    beside: { what: "p50", value: quantile(times, 0.5) },
  });
}

const history = await largeHistory(options);
const harness = await Harness.start();
try {
  const service = await harness.runReady({
    WEBUI_PWD: PASSWORD,
    CANVUSLLM_DATA_DIR: history.path,
    CANVUSLLM_HISTORY_RETENTION: "87600h",
    CANVUSLLM_LOG_LEVEL: "debug",
  });
  // It reads the whole file soon after the start, and the disk is not ours alone until it has.
  await service.logged(({ message }) => message.includes("integrity check")).catch(() => undefined);
  const client = new DashboardClient(service.url);
  await client.login(PASSWORD);
  const page = (await (await client.get("/api/v1/history?limit=1&status=succeeded")).json()) as {
    rows: { correlation_id: string }[];
  };
  const task = `/history/${page.rows[0]?.correlation_id}`;
  for (const address of ADDRESSES) await measure(client, address, address);
  await measure(client, "/history/ID", task);
  await measure(client, "/api/v1/history/ID", `/api/v1${task}`);
  await report.end();
} finally {
  await harness.close();
  history.remove();
}
