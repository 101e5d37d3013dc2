import { expect, test } from "bun:test";
import { generating } from "../inference/testing/generating.ts";
import type { GenerateOptions, TextResult } from "../inference/text-engine.ts";
import { LiveGenerations } from "./live-generations.ts";

const REQUEST = { messages: [], maxTokens: 10, temperature: 0 };

test("tells the step, the tokens and their speed while a prompt is answered, and nothing after it", async () => {
  let now = 1000;
  const answer = Promise.withResolvers<TextResult>();
  let write: GenerateOptions["onText"];
  const engine = generating((_request, options) => {
    write = options.onText;
    return answer.promise;
  });
  const live = new LiveGenerations(() => now);
  const watched = live.watched(engine);
  const shown: string[] = [];
  const options = {
    correlationId: "a",
    signal: new AbortController().signal,
    onText: (piece: string) => shown.push(piece),
  };
  const ended = watched.generate(REQUEST, options).catch((error: Error) => error.message);
  expect(live.of("a")).toEqual({ step: "writing", tokens: 0, tokensPerSecond: null });
  // Engines gather what they write for a moment.
  for (const [piece, tokens] of [
    ["The", 1],
    [" answer", 2],
    [" is", 3],
  ] as const) {
    write?.(piece, tokens);
    now += 500;
  }
  expect(live.of("a")).toEqual({ step: "writing", tokens: 6, tokensPerSecond: 5 / 1.5 });
  expect(shown).toEqual(["The", " answer", " is"]);
  expect(live.of("b")).toBeUndefined();
  answer.reject(new Error("crashed"));
  expect(await ended).toBe("crashed");
  expect(live.of("a")).toBeUndefined();

  void watched.generate({ ...REQUEST, jsonSchema: {} }, options).catch(() => undefined);
  expect(live.of("a")?.step).toBe("deciding");
});
