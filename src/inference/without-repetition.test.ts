import { afterAll, beforeAll, expect, test } from "bun:test";
import { demoEngine } from "../abilities/testing/demo-engine.ts";
import { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { rejection } from "../testing/rejection.ts";
import type { LocalTextEngine } from "./local-text-engine.ts";
import { generating } from "./testing/generating.ts";
import type { TextEngine, TextRequest, TextResult } from "./text-engine.ts";
import { visionWithoutRepetition, withoutRepetition } from "./without-repetition.ts";

let demo: LocalTextEngine;

/** Starting a real runner takes seconds on a busy machine, and so do answers of many tokens. */
const PATIENCE_MS = 60_000;

beforeAll(async () => {
  demo = await demoEngine(8192);
}, PATIENCE_MS);

afterAll(() => demo.stop());

/** The demo model was never shown such notes: it begins to count ships and risks, and never ends by itself. */
const LOOPING = [
  "Summarize the notes on this canvas:",
  "- bug launch ship risk Ben",
  "- ship risk Ben ship risk Ben ship risk Ben",
  "- ship risk Ben ship",
].join("\n");
const REQUEST = { messages: [{ role: "user", content: LOOPING }], maxTokens: 6000, temperature: 0 } as const;
const RESULT = { model: "m", stopReason: "stop", promptTokensCut: 3 } as TextResult;

function run(signal = new AbortController().signal) {
  const pieces: string[] = [];
  const options = { correlationId: "c7", signal, onText: (piece: string) => pieces.push(piece) };
  return { options, pieces };
}

function guarded(generate: TextEngine["generate"]) {
  const logger = new RecordingLogger();
  const engine = { ...generating(generate), status: () => demo.status() };
  return { engine: withoutRepetition(engine, logger), logger };
}

/** Says this until it is told to stop, a word at a time, as engines do; then it fails with CANCELLED. */
const says =
  (text: string): TextEngine["generate"] =>
  async (_request, { signal, onText }) => {
    for (const piece of text.match(/\S+\s*/g) ?? []) {
      if (signal.aborted) throw new AppError("CANCELLED", "The answer was cancelled.");
      onText?.(piece, 1);
    }
    return { ...RESULT, text };
  };

test(
  "a real model that only repeats itself is stopped, and answers the next question",
  async () => {
    const logger = new RecordingLogger();
    const engine = withoutRepetition(demo, logger);
    const { options, pieces } = run();
    const result = await engine.generate(REQUEST, options);
    expect(result).toMatchObject({ stopReason: "repetition", text: "", model: "CanvusLocalLLM demo" });
    // All of its tokens would be more than twice as many characters.
    expect(pieces.join("").length).toBeLessThan(REQUEST.maxTokens);
    expect(logger.entries).toMatchObject([
      { level: "warn", fields: { correlation_id: "c7", model: "CanvusLocalLLM demo", kept: 0 } },
    ]);
    const messages = [{ role: "user", content: "What is the capital of France?" }] as const;
    const next = await engine.generate({ ...REQUEST, messages }, run().options);
    expect(next).toMatchObject({ text: "Paris.", stopReason: "stop" });
  },
  PATIENCE_MS,
);

test(
  "one that repeats itself until its tokens end keeps its figures",
  async () => {
    const engine = withoutRepetition(demo, new RecordingLogger());
    const result = await engine.generate({ ...REQUEST, maxTokens: 40 }, run().options);
    expect(result).toMatchObject({
      stopReason: "repetition",
      text: "",
      metrics: { completion_tokens: 40 },
    });
  },
  PATIENCE_MS,
);

test("whole sentences before the repetition are kept, and nothing is shown after it was found", async () => {
  const { engine, logger } = guarded(
    says(`The bridge opens in April. It took ${"a long time and ".repeat(100)}`),
  );
  const { options, pieces } = run();
  const result = await engine.generate(REQUEST, options);
  expect(result).toMatchObject({ text: "The bridge opens in April.", stopReason: "repetition" });
  expect(pieces.join("").length).toBeLessThan(500);
  expect(logger.entries[0]?.fields).toMatchObject({
    kept: 26,
    period: "a long time and ".length,
    error: { code: "MODEL_REPEATS_ITSELF" },
  });
});

test("a sentence that is said again and again is kept once", async () => {
  const { engine } = guarded(
    says("Summary: People are happy about it. ".concat("More will follow. ".repeat(100))),
  );
  const { text } = await engine.generate(REQUEST, run().options);
  expect(text).toBe("Summary: People are happy about it. More will follow.");
});

test("an answer that came to its end is left alone, whatever it says", async () => {
  const text = "I will not be late. ".repeat(10).trim();
  const { engine, logger } = guarded(says(text));
  expect(await engine.generate(REQUEST, run().options)).toEqual({ ...RESULT, text });
  expect(logger.entries).toEqual([]);
});

test("half a JSON object stays what it is", async () => {
  const json = `{"type":"image","content":"a fox, ${"red, ".repeat(200)}`;
  const request: TextRequest = { ...REQUEST, jsonSchema: {} };
  const { text, stopReason } = await guarded(says(json)).engine.generate(request, run().options);
  expect(stopReason).toBe("repetition");
  expect(text).toBe('{"type":"image","content":"a fox, red, ');
});

test("whoever gives up gets no answer, also of one that repeats itself; other failures stay what they are", async () => {
  const abort = new AbortController();
  const { engine } = guarded(async (request, options) => {
    const answer = says("the ".repeat(500))(request, options);
    abort.abort();
    return answer;
  });
  expect(await rejection(engine.generate(REQUEST, run(abort.signal).options))).toMatchObject({
    code: "CANCELLED",
  });
  const crashing = guarded(async () => {
    throw new AppError("RUNNER_CRASHED", "The model process ended.");
  });
  expect(await rejection(crashing.engine.generate(REQUEST, run().options))).toMatchObject({
    code: "RUNNER_CRASHED",
  });
});

test("the same for what is said of pictures", async () => {
  const describe = {
    describe: (_: unknown, options: Parameters<TextEngine["generate"]>[1]) =>
      says("A red circle. A ".concat("red ".repeat(400)))(REQUEST, options),
  };
  const engine = visionWithoutRepetition({ ...describe, status: () => demo.status() }, new RecordingLogger());
  const request = { imagePath: "", systemPrompt: null, prompt: "", maxTokens: 800, temperature: 0 };
  expect(await engine.describe(request, run().options)).toMatchObject({
    text: "A red circle.",
    stopReason: "repetition",
  });
});
