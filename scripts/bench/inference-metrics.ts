// What measuring an inference costs: the demo model asked with and without recording, in turns in the same run.
// Recording is all of it: GPU samples from a library with NVML's ABI where there is cc, log entry, database row.
// `bun scripts/bench/inference-metrics.ts [--pairs 400] [--json]`; exits with 1 when it costs more than 2 %.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LocalTextEngine } from "../../src/inference/local-text-engine.ts";
import { ModelHost } from "../../src/inference/model-host.ts";
import type { TextEngine } from "../../src/inference/text-engine.ts";
import { canBuildFakeNvml, FakeNvml } from "../../src/native/testing/build-fake-nvml.ts";
import { createLogger } from "../../src/observability/create-logger.ts";
import { GpuMonitor } from "../../src/observability/gpu-monitor.ts";
import { GpuThread } from "../../src/observability/gpu-thread.ts";
import { Storage } from "../../src/storage/storage.ts";
import { InferenceRecorder } from "../../src/telemetry/inference-recorder.ts";
import { RecordingTextEngine } from "../../src/telemetry/recording-text-engine.ts";
import { systemTimers } from "../../src/timers.ts";

const LIMIT_PERCENT = 2;
const WARM_UP = 20;
const COUNTRIES = ["France", "Spain", "Japan", "Italy", "Germany"];
const SRC = join(import.meta.dir, "../../src");
const DAY_MS = 24 * 60 * 60 * 1000;

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    pairs: { type: "string", default: "400" },
    json: { type: "boolean", default: false },
    measure: { type: "boolean", default: false },
  },
});

// Which driver is found is decided when a process starts, so the measuring is done by another one.
process.exitCode = values.measure
  ? await measure(Number(values.pairs), values.json)
  : await measureElsewhere();

async function measureElsewhere(): Promise<number> {
  const fake = canBuildFakeNvml ? new FakeNvml() : null;
  const child = Bun.spawn([process.execPath, import.meta.path, ...process.argv.slice(2), "--measure"], {
    env: { ...process.env, ...(fake === null ? {} : { LD_LIBRARY_PATH: fake.folder }) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await child.exited;
  fake?.remove();
  return code;
}

async function measure(pairs: number, json: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "cll-bench-"));
  const log = Bun.file(join(folder, "log")).writer();
  const logger = createLogger({
    level: "info",
    secrets: ["a-secret-of-the-benchmark"],
    outputs: [{ format: "json", write: (text) => void log.write(text) }],
  });
  const storage = new Storage({
    file: join(folder, "data.db"),
    workers: {
      writer: new URL(`file://${SRC}/storage/worker.ts`),
      queries: new URL(`file://${SRC}/storage/query-worker.ts`),
    },
    retention: { historyMs: DAY_MS, metricsMs: DAY_MS },
    warnBytes: 1e9,
    timers: systemTimers,
    logger,
  });
  const gpus = new GpuMonitor({
    probe: new GpuThread(new URL(`file://${SRC}/observability/gpu-worker.ts`)),
    timers: systemTimers,
    logger,
  });
  const plain = new LocalTextEngine({
    host: new ModelHost(logger),
    modelPath: join(SRC, "models/demo/demo-text.gguf"),
    isDemo: true,
    contextSize: 512,
    threads: 1,
    gpu: "off",
    maxConcurrent: 1,
    logger,
    command: [process.execPath, join(SRC, "inference/testing/runner-main.ts"), "text"],
  });
  const model = () => {
    const { name, endpoint, model: info } = plain.status();
    return { name, endpoint, info };
  };
  const { record } = storage.telemetry;
  const recorder = new InferenceRecorder({ gpus, record, logger, now: Date.now });
  const recorded = new RecordingTextEngine(plain, model, recorder);
  await storage.start();
  gpus.start();
  await plain.start();
  await plain.ready();
  try {
    const times = await compare(plain, recorded, pairs);
    return report(times, { gpus: gpus.status().gpus, rows: pairs + WARM_UP }, json);
  } finally {
    await plain.stop();
    await gpus.stop();
    await storage.stop();
    await log.end();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Times {
  readonly plain: number[];
  readonly recorded: number[];
}

/** In turns, and in turns first, so that whatever else the machine does hits both alike. */
async function compare(plain: TextEngine, recorded: TextEngine, pairs: number): Promise<Times> {
  const times: Times = { plain: [], recorded: [] };
  for (let pair = -WARM_UP; pair < pairs; pair++) {
    const question = `What is the capital of ${COUNTRIES[Math.floor(pair / 2 + WARM_UP) % COUNTRIES.length]}?`;
    // Once unmeasured: what the model still knows of the question before helps neither of the two.
    await ask(plain, question);
    const recordedFirst = pair % 2 === 0;
    const first = await ask(recordedFirst ? recorded : plain, question);
    const second = await ask(recordedFirst ? plain : recorded, question);
    if (pair < 0) continue;
    times.recorded.push(recordedFirst ? first : second);
    times.plain.push(recordedFirst ? second : first);
  }
  return times;
}

async function ask(engine: TextEngine, content: string): Promise<number> {
  const begun = performance.now();
  await engine.generate(
    { messages: [{ role: "user", content }], maxTokens: 40, temperature: 0 },
    { correlationId: "benchmark", signal: new AbortController().signal },
  );
  return performance.now() - begun;
}

function report(times: Times, facts: { gpus: number; rows: number }, json: boolean): number {
  const [plain, recorded] = [median(times.plain), median(times.recorded)];
  const differences = times.plain.map((each, index) => (times.recorded[index] ?? each) - each);
  const overhead = (median(differences) / plain) * 100;
  const result = {
    pairs: times.plain.length,
    ...facts,
    plain_ms: rounded(plain),
    recorded_ms: rounded(recorded),
    difference_ms: rounded(median(differences)),
    overhead_percent: rounded(overhead),
    limit_percent: LIMIT_PERCENT,
  };
  const line = json
    ? JSON.stringify(result)
    : `${result.plain_ms} ms without, ${result.recorded_ms} ms with recording (medians of ${result.pairs}, ${facts.gpus} GPUs): ` +
      `${result.difference_ms} ms or ${result.overhead_percent} % more; ${LIMIT_PERCENT} % are allowed`;
  process.stdout.write(`${line}\n`);
  return overhead <= LIMIT_PERCENT ? 0 : 1;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
