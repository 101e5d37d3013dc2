import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import type { ImageEngine, ImageResult } from "../inference/image-engine.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import type { PerformanceInsert } from "../storage/schema.ts";
import { InferenceRecorder } from "./inference-recorder.ts";
import { RecordingImageEngine } from "./recording-image-engine.ts";

const MODEL = {
  name: "fox",
  path: "/models/fox.safetensors",
  quantization: "",
  contextSize: 0,
  gpu: "off",
  threads: 4,
  isDemo: false,
} as const;
const RESULT: ImageResult = {
  png: new Uint8Array(1),
  width: 512,
  height: 512,
  model: "fox",
  metrics: { queue_ms: 1, load_ms: 2, generation_ms: 3000 },
};
const REQUEST = {
  prompt: "a red fox",
  negativePrompt: "",
  width: 512,
  height: 512,
  steps: 20,
  guidance: 7,
  seed: 1,
};

async function run(draw: ImageEngine["draw"]) {
  const recorded = Promise.withResolvers<PerformanceInsert>();
  const logger = new RecordingLogger();
  const recorder = new InferenceRecorder({
    gpus: { sample: async () => [] },
    record: (entry) => {
      if (entry.table === "performance_metrics") recorded.resolve(entry.row);
    },
    logger,
    now: () => 0,
  });
  const engine = new RecordingImageEngine(
    { draw },
    () => ({ name: "fox", endpoint: null, info: MODEL }),
    recorder,
  );
  const options = { correlationId: "abc", signal: new AbortController().signal };
  const outcome = await engine.draw(REQUEST, options).catch((error) => error);
  return { outcome, row: await recorded.promise, entries: logger.entries };
}

test("each picture is a row of its own, without the figures that only language has", async () => {
  const { outcome, row, entries } = await run(async () => RESULT);
  expect(outcome).toBe(RESULT);
  expect(row).toMatchObject({
    engine: "image",
    correlation_id: "abc",
    model: "fox",
    model_path: "/models/fox.safetensors",
    device: "off",
    status: "succeeded",
    ...RESULT.metrics,
  });
  expect([row.quantization, row.context_size]).toEqual([undefined, undefined]);
  // What was asked for belongs in the history, not in the log.
  expect(JSON.stringify(entries)).not.toContain("a red fox");
});

test("a picture that failed is a row too, and thrown on unchanged", async () => {
  const error = new AppError("IMAGE_TIMEOUT", "Too slow.");
  const { outcome, row } = await run(() => Promise.reject(error));
  expect(outcome).toBe(error);
  expect(row).toMatchObject({ engine: "image", status: "failed", error_code: "IMAGE_TIMEOUT" });
});
