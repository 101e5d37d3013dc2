// Asks the demo model with and without recording, in turns, and prints how long each answer took, as JSON.
// Run by inference-metrics.ts, as a process of its own: which driver is found is decided when a process starts.
import { join } from "node:path";
import { temporaryFolder } from "../../../src/e2e/at-exit.ts";
import { LocalTextEngine } from "../../../src/inference/local-text-engine.ts";
import { ModelHost } from "../../../src/inference/model-host.ts";
import type { TextEngine } from "../../../src/inference/text-engine.ts";
import { createLogger } from "../../../src/observability/create-logger.ts";
import { GpuMonitor } from "../../../src/observability/gpu-monitor.ts";
import { GpuThread } from "../../../src/observability/gpu-thread.ts";
import { Storage } from "../../../src/storage/storage.ts";
import { InferenceRecorder } from "../../../src/telemetry/inference-recorder.ts";
import { RecordingTextEngine } from "../../../src/telemetry/recording-text-engine.ts";
import { systemTimers } from "../../../src/timers.ts";

const WARM_UP = 20;
const COUNTRIES = ["France", "Spain", "Japan", "Italy", "Germany"];
const SRC = join(import.meta.dir, "../../../src");
const DAY_MS = 24 * 60 * 60 * 1000;

export interface RecordingTimes {
  /** Ms of each answer; those at the same place are to the same question. */
  readonly plain: readonly number[];
  readonly recorded: readonly number[];
  /** How many were asked for their memory. */
  readonly gpus: number;
}

async function measure(pairs: number): Promise<RecordingTimes> {
  const folder = await temporaryFolder("cll-bench-");
  const log = Bun.file(join(folder.path, "log")).writer();
  const logger = createLogger({
    level: "info",
    secrets: ["a-secret-of-the-benchmark"],
    outputs: [{ format: "json", write: (text) => void log.write(text) }],
  });
  const storage = new Storage({
    file: join(folder.path, "data.db"),
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
    return { ...(await compare(plain, recorded, pairs)), gpus: gpus.status().gpus };
  } finally {
    await plain.stop();
    await gpus.stop();
    await storage.stop();
    await log.end();
    folder.remove();
  }
}

/** In turns, and in turns first, so that whatever else the machine does hits both alike. */
async function compare(
  plain: TextEngine,
  recorded: TextEngine,
  pairs: number,
): Promise<{ plain: number[]; recorded: number[] }> {
  const times = { plain: [] as number[], recorded: [] as number[] };
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

process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))));
