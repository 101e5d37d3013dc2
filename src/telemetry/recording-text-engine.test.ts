import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { generating } from "../inference/testing/generating.ts";
import type { TextEngine, TextResult } from "../inference/text-engine.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import type { PerformanceInsert } from "../storage/schema.ts";
import { nextTurn } from "../testing/next-turn.ts";
import { InferenceRecorder } from "./inference-recorder.ts";
import { RecordingTextEngine } from "./recording-text-engine.ts";

const MODEL = {
  name: "small",
  path: "/models/small.gguf",
  quantization: "Q4_K_M",
  contextSize: 4096,
  gpu: "cuda",
  threads: 4,
  isDemo: false,
} as const;

const RESULT: TextResult = {
  text: "Paris.",
  model: "small",
  stopReason: "stop",
  promptTokensCut: 0,
  metrics: {
    queue_ms: 1,
    load_ms: 2,
    prompt_tokens: 12,
    prompt_ms: 30,
    completion_tokens: 8,
    generation_ms: 40.123456,
    ttft_ms: 35,
    prompt_tokens_per_second: 400,
    completion_tokens_per_second: 200,
  },
};

function gpu(vram_used_mb: number) {
  const figures = { vram_used_mb, vram_total_mb: 24_000, gpu_utilization_percent: 90 };
  return [{ index: 0, name: "GPU", driver: "550", ...figures }];
}

async function run(generate: TextEngine["generate"]) {
  const samples = [gpu(100), gpu(900)];
  let crashed = false;
  const recorded = Promise.withResolvers<PerformanceInsert>();
  const logger = new RecordingLogger();
  const recorder = new InferenceRecorder({
    gpus: { sample: async () => samples.shift() ?? [] },
    record: (entry) => {
      if (entry.table === "performance_metrics") recorded.resolve(entry.row);
    },
    logger,
    now: () => Date.UTC(2026, 0, 1),
  });
  const crashing = generating((request, options) =>
    generate(request, options).catch((error) => {
      crashed = true;
      throw error;
    }),
  );
  const model = () => ({ name: MODEL.name, endpoint: null, info: crashed ? null : MODEL });
  const engine = new RecordingTextEngine(crashing, model, recorder);
  const request = { messages: [{ role: "user", content: "?" }], maxTokens: 9, temperature: 0 } as const;
  const outcome = await engine
    .generate(request, { correlationId: "abc", signal: new AbortController().signal })
    .catch((error) => error);
  const row = await recorded.promise;
  await nextTurn();
  return { outcome, row, entries: logger.entries };
}

test("an answer is recorded with every figure that was measured, and logged", async () => {
  const { outcome, row, entries } = await run(async () => RESULT);
  expect(outcome).toBe(RESULT);
  expect(row).toMatchObject({
    correlation_id: "abc",
    engine: "text",
    model: "small",
    endpoint: "local",
    model_path: "/models/small.gguf",
    quantization: "Q4_K_M",
    context_size: 4096,
    device: "cuda",
    status: "succeeded",
    ...RESULT.metrics,
    total_tokens: 20,
    stop_reason: "stop",
    prompt_tokens_cut: 0,
    vram_before_mb: 100,
    vram_after_mb: 900,
    gpu_utilization_percent: 90,
    created_at: "2026-01-01T00:00:00.000Z",
  });
  expect(row.duration_ms).toBeGreaterThanOrEqual(0);
  expect(entries).toMatchObject([
    {
      level: "info",
      message: "inference done",
      fields: {
        model: "small",
        prompt_tokens: 12,
        completion_tokens: 8,
        generation_ms: 40.12,
        completion_tokens_per_second: 200,
        vram_used_mb: 900,
        vram_total_mb: 24_000,
      },
    },
  ]);
});

test("a failed attempt is recorded with its error and thrown on unchanged", async () => {
  const error = new AppError("OUT_OF_MEMORY", "The model does not fit.");
  const { outcome, row, entries } = await run(() => Promise.reject(error));
  expect(outcome).toBe(error);
  expect(row).toMatchObject({
    status: "failed",
    model: "small",
    // Its process may be gone with the failure; the row tells what failed all the same.
    quantization: "Q4_K_M",
    context_size: 4096,
    error_code: "OUT_OF_MEMORY",
    error_message: "The model does not fit.",
  });
  expect(entries).toMatchObject([{ level: "warn", fields: { error_code: "OUT_OF_MEMORY" } }]);
  // The error itself is logged by whoever asked; twice would count twice.
  expect(entries[0]?.fields.error).toBeUndefined();
});

test("what was cancelled is no failure", async () => {
  const { row, entries } = await run(() => Promise.reject(new AppError("CANCELLED", "Gone.")));
  expect(row.status).toBe("cancelled");
  expect(entries.map(({ level }) => level)).toEqual(["info"]);
});

test("an answer does not wait for a GPU that is slow to tell", async () => {
  const slow = Promise.withResolvers<ReturnType<typeof gpu>>();
  const answered = Promise.withResolvers<void>();
  const recorder = new InferenceRecorder({
    gpus: { sample: () => slow.promise },
    record: () => answered.resolve(),
    logger: new RecordingLogger(),
    now: () => 0,
  });
  const model = () => ({ name: MODEL.name, endpoint: null, info: MODEL });
  const engine = new RecordingTextEngine(
    generating(async () => RESULT),
    model,
    recorder,
  );
  const request = { messages: [], maxTokens: 1, temperature: 0 };
  expect(await engine.generate(request, { correlationId: "a", signal: new AbortController().signal })).toBe(
    RESULT,
  );
  slow.resolve([]);
  await answered.promise;
});
