import { DashboardClient } from "../../src/e2e/dashboard-client.ts";
import { Harness } from "../../src/e2e/harness.ts";

const USAGE = `usage: bun scripts/bench/dashboard.ts FOLDER
FOLDER holds a data.db of seed-history.ts. The built executable is started on it.`;
const ROUNDS = 300;
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

/** Asks for every page and the API on a large history, one request after another, and compares with the goal. */
async function measure(folder: string): Promise<void> {
  const harness = await Harness.start();
  try {
    const service = await harness.runReady({
      WEBUI_PWD: PASSWORD,
      CANVUSLLM_DATA_DIR: folder,
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
    for (const address of [...ADDRESSES, task, `/api/v1${task}`]) {
      process.stdout.write(`${await timesOf(client, address)}\n`);
    }
  } finally {
    await harness.close();
  }
}

async function timesOf(client: DashboardClient, address: string): Promise<string> {
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    const response = await client.get(address);
    bytes = (await response.arrayBuffer()).byteLength;
    times.push(performance.now() - begun);
    if (response.status !== 200) throw new Error(`${address} answered ${response.status}`);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(ROUNDS - 1, Math.floor(share * ROUNDS))] ?? 0;
  const figures = [0.5, 0.95, 0.99, 1].map((share) => at(share).toFixed(1).padStart(6)).join(" ");
  const verdict = at(0.99) <= GOAL_MS ? "" : `  above ${GOAL_MS} ms`;
  return `p50 p95 p99 max ${figures} ms  ${String(Math.ceil(bytes / 1000)).padStart(5)} KB  ${address}${verdict}`;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else await measure(folder);
