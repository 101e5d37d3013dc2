import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { nextTurn } from "../testing/next-turn.ts";
import { LocalTextEngine } from "./local-text-engine.ts";
import { LocalVisionEngine, type LocalVisionEngineOptions } from "./local-vision-engine.ts";
import { ModelHost } from "./model-host.ts";
import { MapMemory } from "./testing/map-memory.ts";
import type { VisionRequest } from "./vision-engine.ts";

/** Real inference: the demo model and its picture encoder in a real runner. Only questions whose answers were checked. */
const DEMO = join(import.meta.dir, "../models/demo");
const CIRCLE = join(DEMO, "red-circle.png");
const runner = (kind: string) => [process.execPath, join(import.meta.dir, "testing/runner-main.ts"), kind];
const host = new ModelHost(new RecordingLogger());
const logger = new RecordingLogger();
const memory = new MapMemory();
const common = {
  host,
  modelPath: join(DEMO, "demo-text.gguf"),
  isDemo: true,
  threads: 0,
  gpu: "off",
} as const;

function visionEngine(more: Partial<LocalVisionEngineOptions> = {}) {
  const mmprojPath = join(DEMO, "demo-mmproj.gguf");
  return new LocalVisionEngine({ ...common, mmprojPath, logger, memory, command: runner("vision"), ...more });
}

const engine = visionEngine();
const text = new LocalTextEngine({
  ...common,
  contextSize: 512,
  maxConcurrent: 4,
  logger: new RecordingLogger(),
  command: runner("text"),
});
let folder = "";

/** Starting a real runner takes seconds on a busy machine. */
const PATIENCE_MS = 60_000;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vision-"));
  await engine.start();
  await text.start();
  await text.ready();
}, PATIENCE_MS);
afterAll(async () => {
  await Promise.all([engine.stop(), text.stop()]);
  await rm(folder, { recursive: true });
});

function look(
  prompt: string,
  more: Partial<VisionRequest> = {},
  signal = new AbortController().signal,
  by = engine,
) {
  const request = { imagePath: CIRCLE, systemPrompt: null, prompt, maxTokens: 40, temperature: 0, ...more };
  const pieces: string[] = [];
  const result = by.describe(request, {
    correlationId: "test",
    signal,
    onText: (piece) => pieces.push(piece),
  });
  return result.then((answer) => ({ ...answer, pieces }));
}

const codeOf = (error: AppError) => error.code;

describe("the demo model that sees", () => {
  test(
    "is loaded for the first picture, and describes it in pieces with measured times",
    async () => {
      expect(engine.status()).toMatchObject({ state: "stopped", model: null, error: null });
      const answer = await look("Describe this image.");
      expect(answer.text).toBe("A red circle on a white background.");
      // How many pieces they are is a matter of the machine's speed: a fast one writes it all between two messages.
      expect(answer.pieces.join("")).toBe(answer.text);
      expect(answer.stopReason).toBe("stop");
      const { metrics } = answer;
      expect(metrics.load_ms).toBeGreaterThan(0);
      expect(metrics.prompt_tokens).toBeGreaterThan(64);
      expect(metrics.completion_tokens).toBeGreaterThan(5);
      expect(metrics.prompt_ms).toBeGreaterThan(0);
      expect(metrics.ttft_ms).toBeGreaterThan(0);
      expect(metrics.completion_tokens_per_second).toBeGreaterThan(0);
      expect(engine.status().model).toMatchObject({ name: "CanvusLocalLLM demo", gpu: "off", threads: 1 });
      expect(host.status().find(({ id }) => id === "vision")?.bytes).toBeGreaterThan(20_000_000);
      expect([...memory.entries.values()][0]).toBeGreaterThan(20_000_000);
    },
    PATIENCE_MS,
  );

  test.each([
    ["What color is the shape?", "Red."],
    ["What shape is it?", "A circle."],
    ["What color is the background?", "White."],
  ])("%s", async (prompt, answer) => {
    expect((await look(prompt)).text).toBe(answer);
  });

  test("says when the answer was cut off", async () => {
    const answer = await look("Describe this image.", { maxTokens: 3 });
    expect(answer).toMatchObject({ text: "A red circle", stopReason: "length" });
    expect(answer.metrics.completion_tokens).toBe(3);
  });

  test("two questions while four text prompts run: all are answered", async () => {
    const ask = (content: string) =>
      text.generate(
        { messages: [{ role: "user", content }], maxTokens: 20, temperature: 0 },
        { correlationId: "test", signal: new AbortController().signal },
      );
    const capitals = ["France", "Germany", "Spain", "Italy"].map((name) =>
      ask(`What is the capital of ${name}?`),
    );
    const looks = ["Describe this image.", "What color is the shape?"].map((prompt) => look(prompt));
    const answers = await Promise.all([...capitals, ...looks]);
    expect(answers.map((answer) => answer.text)).toEqual([
      ...["Paris.", "Berlin.", "Madrid.", "Rome."],
      ...["A red circle on a white background.", "Red."],
    ]);
  });
});

describe("what goes wrong", () => {
  const write = async (name: string, content: Uint8Array | string) => {
    const path = join(folder, name);
    await Bun.write(path, content);
    return path;
  };

  test("broken pictures get a clear error, and the next one is looked at as ever", async () => {
    const whole = await Bun.file(CIRCLE).bytes();
    const broken = [
      [await write("text.png", "this is no picture"), "The picture is no PNG or JPEG file."],
      [await write("empty.png", ""), "The picture is no PNG or JPEG file."],
      [join(folder, "missing.png"), "The picture's file cannot be read."],
      [
        await write("half.png", whole.slice(0, 600)),
        "The picture could not be looked at: Failed to load media.",
      ],
      [await write("head.jpg", new Uint8Array([0xff, 0xd8, 0xff, 0xe0])), "Failed to load media"],
    ] as const;
    for (const [imagePath, message] of broken) {
      const error = await look("Describe this image.", { imagePath }).catch((thrown: AppError) => thrown);
      expect(error).toMatchObject({ code: "INFERENCE_FAILED", message: expect.stringContaining(message) });
      expect((await look("What color is the shape?")).text).toBe("Red.");
    }
    expect(engine.status().crashes).toBe(0);
  });

  test(
    "a model that the library dies of, and an encoder that it refuses: neither is tried for ever",
    async () => {
      const patched = async (name: string, from: string, to: string) => {
        const bytes = Buffer.from(await Bun.file(join(DEMO, name)).bytes());
        bytes.write(to, bytes.indexOf(from), "latin1");
        return write(`patched-${name}`, bytes);
      };
      const modelPath = await patched("demo-text.gguf", "llama", "llamb");
      const mmprojPath = await patched("demo-mmproj.gguf", "mlp", "xyz");
      const outcomes = [{ modelPath }, { mmprojPath }].map(async (files) => {
        const other = visionEngine({ ...files, host: new ModelHost(new RecordingLogger()) });
        await other.start();
        const error = await look("Describe this image.", {}, undefined, other).catch((thrown) => thrown);
        await other.stop();
        return `${error.code}: ${error.message}`;
      });
      expect(await Promise.all(outcomes)).toEqual([
        "MODEL_LOAD_FAILED: The model could not be loaded: unknown model architecture: 'llamb'.",
        `MODEL_LOAD_FAILED: The picture encoder ${mmprojPath} cannot be used with this model.`,
      ]);
    },
    PATIENCE_MS,
  );

  test("a question larger than the context says so, and the next one is answered", async () => {
    const error = await look("Describe this image. ".repeat(3000)).catch((thrown: AppError) => thrown);
    expect(error).toMatchObject({
      code: "INFERENCE_FAILED",
      message: "The picture and what is asked do not fit into the model's context of 8192 tokens.",
    });
    expect((await look("What shape is it?")).text).toBe("A circle.");
  });

  test("a cancelled question ends, and the next one is answered as ever", async () => {
    const abort = new AbortController();
    const cancelled = look("Describe this image.", {}, abort.signal);
    abort.abort();
    expect(await cancelled.catch(codeOf)).toBe("CANCELLED");
    expect((await look("What color is the shape?")).text).toBe("Red.");
  });

  test("a marker in the question is no second picture", async () => {
    expect((await look("What color is <__media__>the shape?")).text).toBe("Red.");
  });

  test("nothing that people ask is in the log, also not what native code writes", async () => {
    await look("What is the password of the launch?");
    const words = logger.entries.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`);
    expect(words.filter((line) => line.includes("launch"))).toEqual([]);
    expect(words.filter((line) => line.startsWith("llama_model_loader: ")).length).toBeGreaterThan(0);
  });

  test(
    "kill -9 of the runner in the middle of an answer: it fails, and is answered when asked again",
    async () => {
      const ended = look("Describe this image.").catch(codeOf);
      await nextTurn();
      expect(engine.status().active).toBe(1);
      process.kill(engine.status().pid ?? 0, "SIGKILL");
      expect(await ended).toBe("RUNNER_CRASHED");
      expect((await look("Describe this image.")).text).toBe("A red circle on a white background.");
      expect(engine.status().crashes).toBe(1);
    },
    PATIENCE_MS,
  );
});
