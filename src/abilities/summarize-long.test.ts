import { expect, test } from "bun:test";
import fc from "fast-check";
import type { TextEngine, TextRequest, TextResult } from "../inference/text-engine.ts";
import { DEMO_STYLE, USUAL_STYLE } from "./model-style.ts";
import { MAX_PARTS, remarksOnSummary, roomFor, type Section, summarizeLong } from "./summarize-long.ts";

const METRICS = {
  queue_ms: 0,
  load_ms: 0,
  prompt_tokens: 10,
  prompt_ms: 1,
  completion_tokens: 5,
  generation_ms: 1,
  ttft_ms: 1,
  prompt_tokens_per_second: 1,
  completion_tokens_per_second: 1,
};

/** Answers with the labels and letters that it was given: what reached it can be read off its answer. */
class Parrot implements TextEngine {
  readonly requests: TextRequest[] = [];
  readonly size: number;
  readonly #stuckAt: RegExp;

  /** @param stuckAt only repeats itself when it is asked something like that */
  constructor(size = 8192, stuckAt = /^(?!)/) {
    this.size = size;
    this.#stuckAt = stuckAt;
  }

  async generate(request: TextRequest): Promise<TextResult> {
    this.requests.push(request);
    const asked = request.messages.at(-1)?.content ?? "";
    const result = { model: "parrot", promptTokensCut: 0, metrics: METRICS };
    if (this.#stuckAt.test(asked)) return { ...result, text: "", stopReason: "repetition" };
    const text = asked.replace(/^[A-Z]+:\n/, "").replace(/\[[^\]]*\] |\s/g, "");
    return { ...result, text, stopReason: "stop" };
  }
  async countTokens(texts: readonly string[]) {
    return texts.map((text) => text.length);
  }
  async contextSize() {
    return this.size;
  }
}

async function summarize(count: number, engine = new Parrot()) {
  const progress: string[] = [];
  const sections = Array.from({ length: count }, (_, n) => ({ label: `p. ${n + 1}`, text: `<${n + 1}>` }));
  const text = {
    sections,
    condense: { system: "short", ask: "SHORT:\n", maxTokens: 10 },
    finish: { system: "whole", ask: "WHOLE:\n", maxTokens: 20 },
    join: (first: string, last: string) => `${first}–${last}`,
    together: (parts: readonly Section[]) =>
      parts.map(({ label, text }) => `[${label}] ${text}`).join("\n\n"),
  };
  const run = {
    correlationId: "c",
    signal: new AbortController().signal,
    onProgress: (done: number, calls: number) => progress.push(`${done}/${calls}`),
  };
  const summary = await summarizeLong(engine, USUAL_STYLE, text, run);
  return { engine, progress, summary };
}

test("a short text is read in one call", async () => {
  const { engine, progress, summary } = await summarize(1);
  expect(summary).toMatchObject({ text: "<1>", parts: [] });
  expect(engine.requests).toHaveLength(1);
  expect(engine.requests[0]?.messages).toEqual([
    { role: "system", content: "whole" },
    { role: "user", content: "WHOLE:\n<1>" },
  ]);
  expect(progress).toEqual(["0/1"]);
});

test("a long one piece by piece, then the pieces together; each keeps where it stands", async () => {
  const { engine, summary } = await summarize(3);
  expect(summary.parts).toEqual([
    { label: "p. 1", text: "<1>" },
    { label: "p. 2", text: "<2>" },
    { label: "p. 3", text: "<3>" },
  ]);
  expect(engine.requests.at(-1)?.messages.at(-1)?.content).toBe(
    "WHOLE:\n[p. 1] <1>\n\n[p. 2] <2>\n\n[p. 3] <3>",
  );
});

test("a very long one in levels: nothing is lost, nothing doubled, and the progress comes to its end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 700 }), async (count) => {
      const { engine, progress, summary } = await summarize(count);
      expect(summary.text).toBe(Array.from({ length: count }, (_, n) => `<${n + 1}>`).join(""));
      expect(summary.parts.length).toBeLessThanOrEqual(MAX_PARTS);
      const calls = engine.requests.length;
      expect(progress).toEqual(Array.from({ length: calls }, (_, done) => `${done}/${calls}`));
    }),
    { numRuns: 40 },
  );
});

test("a piece at which the model only repeats itself is left out, and that is said", async () => {
  const { summary } = await summarize(4, new Parrot(8192, /^SHORT:\n<[23]>$/));
  expect(summary).toMatchObject({ text: "<1><4>", lost: 2, stopReason: "stop" });
  expect(summary.parts.map(({ label }) => label)).toEqual(["p. 1", "p. 4"]);
  expect(remarksOnSummary(summary, 20)).toEqual([
    "(2 parts are left out because the model only repeated itself there.)",
  ]);
  const { engine, summary: nothing } = await summarize(3, new Parrot(8192, /^SHORT/));
  expect(nothing).toMatchObject({ text: "", lost: 3, stopReason: "repetition" });
  expect(engine.requests).toHaveLength(3);
});

test("when only the last step fails like that, the pieces are the summary", async () => {
  const { summary } = await summarize(2, new Parrot(8192, /^WHOLE/));
  expect(summary).toMatchObject({ text: "[p. 1] <1>\n\n[p. 2] <2>", parts: [], stopReason: "repetition" });
  expect((await summarize(1, new Parrot(8192, /^WHOLE/))).summary.text).toBe("");
});

test("a piece leaves room for its answer, whatever the context; the demo model gets short ones", async () => {
  expect(await roomFor(new Parrot(8192), USUAL_STYLE, 1000)).toEqual({
    piece: 4000,
    answer: 1000,
    pieceAnswer: 200,
  });
  const small = await roomFor(new Parrot(1024), USUAL_STYLE, 1000);
  expect(small.piece + small.answer).toBeLessThan(1024);
  expect((MAX_PARTS + 1) * small.pieceAnswer).toBeLessThanOrEqual(small.piece);
  expect((await roomFor(new Parrot(8192), DEMO_STYLE, 1000)).piece).toBe(220);
});
