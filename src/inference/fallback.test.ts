import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { rejection } from "../testing/rejection.ts";
import { imageFallback, textFallback, visionFallback } from "./fallback.ts";
import type { GenerateOptions, TextEngine, TextResult } from "./text-engine.ts";

const PICTURE = {
  ...{ png: new Uint8Array(1), width: 1, height: 1, model: "hand" },
  metrics: { queue_ms: 0, load_ms: 0, generation_ms: 1 },
};
const QUESTION = { messages: [], maxTokens: 5, temperature: 0 };

function run(onText?: (piece: string) => void): GenerateOptions {
  return { correlationId: "c", signal: new AbortController().signal, ...(onText ? { onText } : {}) };
}

function engine(name: string, endpoint: string | null, answer: TextEngine["generate"], context = 1000) {
  const all: TextEngine = {
    generate: answer,
    countTokens: async (texts: readonly string[]) => {
      await answer(QUESTION, run());
      return texts.map(() => 1);
    },
    contextSize: async () => {
      await answer(QUESTION, run());
      return context;
    },
  };
  return { engine: all, status: () => ({ name, endpoint }) };
}

const says =
  (text: string): TextEngine["generate"] =>
  async (_, { onText }) => {
    onText?.(text, 1);
    return { text, model: text, stopReason: "stop", promptTokensCut: 0 } as TextResult;
  };
const fails =
  (error: AppError, piece?: string): TextEngine["generate"] =>
  async (_, { onText }) => {
    if (piece !== undefined) onText?.(piece, 1);
    throw error;
  };

const CRASH = new AppError("RUNNER_CRASHED", "The model process ended.");
const REMOTE = engine("big", "https://llm.example.com/v1", says("there"), 500);

test("while the first one can, the second is not asked", async () => {
  const logger = new RecordingLogger();
  const both = textFallback(
    engine("small", null, says("here")),
    engine("big", "http://x", fails(CRASH)),
    logger,
  );
  expect(await both.generate(QUESTION, run())).not.toHaveProperty("notice");
  expect(logger.entries).toEqual([]);
});

test("when it cannot, the other answers, and log, history and answer say so", async () => {
  const logger = new RecordingLogger();
  const both = textFallback(engine("small", null, fails(CRASH)), REMOTE, logger);
  expect(await both.generate(QUESTION, run())).toMatchObject({
    text: "there",
    model: "there (instead of small on this machine)",
    notice:
      "Answered by big on llm.example.com, because small on this machine could not: The model process ended.",
  });
  expect(logger.entries).toMatchObject([
    { level: "warn", fields: { endpoint: "https://llm.example.com/v1", error_code: "RUNNER_CRASHED" } },
  ]);
  expect(await both.countTokens(["a", "b"], run())).toEqual([1, 1]);
});

test("what is made to fit fits into both", async () => {
  expect(
    await textFallback(engine("small", null, says("")), REMOTE, new RecordingLogger()).contextSize(),
  ).toBe(500);
});

test.each([
  ["what is wrong with the request stays wrong", fails(new AppError("PROMPT_TOO_LONG", "Too long."))],
  ["who gave up wants no answer", fails(new AppError("CANCELLED", "Gone."))],
  ["what people have begun to read is not replaced", fails(CRASH, "Once upon")],
])("%s", async (_, answer) => {
  const shown: string[] = [];
  const both = textFallback(engine("small", null, answer), REMOTE, new RecordingLogger());
  expect(
    await rejection(
      both.generate(
        QUESTION,
        run((piece) => shown.push(piece)),
      ),
    ),
  ).toBeInstanceOf(AppError);
  expect(shown).not.toContain("there");
});

test("when neither can, the second one's error counts", async () => {
  const away = new AppError("REMOTE_UNAVAILABLE", "Away.");
  const both = textFallback(
    engine("small", null, fails(CRASH)),
    engine("big", "http://x", fails(away)),
    new RecordingLogger(),
  );
  expect(await rejection(both.generate(QUESTION, run()))).toBe(away);
});

test("pictures are looked at and drawn by the other one too", async () => {
  const status = () => ({ name: "m", endpoint: null });
  const seen = visionFallback(
    { status, engine: { describe: () => Promise.reject(CRASH) } },
    { status, engine: { describe: async () => ({ text: "seen", model: "eyes" }) as TextResult } },
    new RecordingLogger(),
  );
  const look = { imagePath: "", systemPrompt: null, prompt: "", maxTokens: 1, temperature: 0 };
  expect(await seen.describe(look, run())).toMatchObject({
    text: "seen",
    model: "eyes (instead of m on this machine)",
  });
  const drawn = imageFallback(
    { status, engine: { draw: () => Promise.reject(CRASH) } },
    { status, engine: { draw: async () => PICTURE } },
    new RecordingLogger(),
  );
  const fox = { prompt: "", negativePrompt: "", width: 1, height: 1, steps: 1, guidance: 1, seed: 1 };
  expect((await drawn.draw(fox, run())).model).toBe("hand (instead of m on this machine)");
});
