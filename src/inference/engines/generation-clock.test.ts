import { afterAll, afterEach, expect, spyOn, test } from "bun:test";
import { GenerationClock } from "./generation-clock.ts";

let now = 1000;
const clock = spyOn(performance, "now").mockImplementation(() => now);
afterEach(() => {
  now = 1000;
});
afterAll(() => clock.mockRestore());

/** A generation that reads 10 tokens and writes `pieces`, each at its time in ms after the start. */
function generation(pieces: readonly { readonly at: number; readonly tokens: number }[], endMs: number) {
  const counted = { usedInputTokens: 0, usedOutputTokens: 0 };
  const measured = new GenerationClock({ getState: () => ({ ...counted }) });
  counted.usedInputTokens = 10;
  for (const { at, tokens } of pieces) {
    now = 1000 + at;
    counted.usedOutputTokens += tokens;
    measured.output(tokens);
  }
  now = 1000 + endMs;
  return measured.metrics(10);
}

test("the first token comes with the prompt and is taken to have lasted as long as the others", () => {
  const metrics = generation(
    [
      { at: 120, tokens: 1 },
      { at: 140, tokens: 1 },
      { at: 180, tokens: 2 },
    ],
    180,
  );
  expect(metrics).toMatchObject({ ttft_ms: 120, prompt_ms: 100, generation_ms: 80, completion_tokens: 4 });
  expect(metrics.completion_tokens_per_second).toBe(50);
  expect(metrics.prompt_tokens_per_second).toBe(100);
});

test("an answer of one piece counts as read, and what came after it as written", () => {
  expect(generation([{ at: 120, tokens: 2 }], 121)).toMatchObject({ prompt_ms: 120, generation_ms: 1 });
});

test("an answer without a piece was all reading", () => {
  expect(generation([], 90)).toMatchObject({
    prompt_ms: 90,
    generation_ms: 0,
    completion_tokens: 0,
    ttft_ms: 90,
  });
});
