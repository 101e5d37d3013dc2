import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { RecordingLogger } from "../canvus/testing/recording-logger.ts";
import type { AppError } from "../errors/app-error.ts";
import { LocalTextEngine } from "../inference/local-text-engine.ts";
import { ModelHost } from "../inference/model-host.ts";
import type { AbilityRequest } from "./ability.ts";
import { answerNote, DEMO_STYLE, generateImage, NOTE_STYLE } from "./answer-note.ts";

/** The real engine with the demo model: what it answers here was tried before. */
let engine: LocalTextEngine;

beforeAll(async () => {
  const logger = new RecordingLogger();
  engine = new LocalTextEngine({
    host: new ModelHost(logger),
    modelPath: join(import.meta.dir, "../models/demo/demo-text.gguf"),
    isDemo: true,
    contextSize: 512,
    threads: 1,
    gpu: "off",
    maxConcurrent: 2,
    logger,
  });
  await engine.start();
  await engine.ready();
}, 60_000);

afterAll(() => engine.stop());

function request(prompt: string): AbilityRequest & { shown: string[]; stages: string[] } {
  const shown: string[] = [];
  const stages: string[] = [];
  return {
    prompt,
    correlationId: "c1",
    signal: new AbortController().signal,
    progress: (status) => stages.push(status),
    show: (text) => shown.push(text),
    shown,
    stages,
  };
}

test("a question is answered, and people see how it goes", async () => {
  const asked = request("What is the capital of France?");
  const result = await answerNote({ engine, maxTokens: 50, style: DEMO_STYLE })(asked);
  expect(result).toMatchObject({ text: "Paris.", model: "CanvusLocalLLM demo" });
  expect(result.promptTokens).toBeGreaterThan(0);
  expect(asked.shown.at(-1)?.trim()).toBe("Paris.");
  expect(asked.stages).toEqual(["reading the question …", "writing the answer …"]);
});

test("the system prompt for real models does not confuse the smallest one", async () => {
  const asked = request("What is the opposite of hot?");
  const style = { ...NOTE_STYLE, temperature: 0 };
  expect((await answerNote({ engine, maxTokens: 50, style })(asked)).text).toBe("Cold.");
});

test("an answer that is cut off says so", async () => {
  const asked = request("How do airplanes fly?");
  const { text } = await answerNote({ engine, maxTokens: 4, style: DEMO_STYLE })(asked);
  expect(text).toEndWith("\n\n(The answer was cut off after 4 tokens.)");
});

test("a note longer than the model can read is answered as far as it was read, and says so", async () => {
  const asked = request(
    `${"The quick brown fox jumps over the lazy dog. ".repeat(200)}What is the capital of France?`,
  );
  const { text } = await answerNote({ engine, maxTokens: 20, style: DEMO_STYLE })(asked);
  expect(text).toContain("The note is longer than the model can read");
});

test("the model recognises a wish for a picture; without an image engine that is said plainly", async () => {
  const asked = request("draw a red fox");
  const error: AppError = await answerNote({ engine, maxTokens: 50, style: DEMO_STYLE })(asked).catch(
    (e) => e,
  );
  expect(error.code).toBe("IMAGE_ENGINE_MISSING");
  expect(asked.shown).toEqual([]);
  expect(await generateImage(asked).catch((e) => e.code)).toBe("IMAGE_ENGINE_MISSING");
});
