import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import type { LocalTextEngine } from "../inference/local-text-engine.ts";
import { generating } from "../inference/testing/generating.ts";
import type { Ability } from "./ability.ts";
import { answerNote } from "./answer-note.ts";
import { DEMO_STYLE, USUAL_STYLE } from "./model-style.ts";
import { asked } from "./testing/asked.ts";
import { demoEngine } from "./testing/demo-engine.ts";

let engine: LocalTextEngine;

beforeAll(async () => {
  engine = await demoEngine();
}, 60_000);

afterAll(() => engine.stop());

const draw: Ability = async ({ prompt }) => ({
  text: prompt,
  picture: { png: new Uint8Array(1), width: 1, height: 1 },
  model: "artist",
  promptTokens: 0,
  completionTokens: 0,
});

function answering(maxTokens: number, style = DEMO_STYLE): Ability {
  return answerNote({ engine, maxTokens, style, draw, findQuestion: async () => null });
}

test("a question is answered, and people see how it goes", async () => {
  const request = asked({ prompt: "What is the capital of France?" });
  const result = await answering(50)(request);
  expect(result).toMatchObject({ text: "Paris.", model: "CanvusLocalLLM demo" });
  expect(result.promptTokens).toBeGreaterThan(0);
  expect(request.shown.at(-1)?.trim()).toBe("Paris.");
  expect(request.stages).toEqual(["reading the question …", "writing the answer …"]);
});

test("the system prompt for real models does not confuse the smallest one", async () => {
  const style = { ...USUAL_STYLE, temperature: 0 };
  const { text } = await answering(50, style)(asked({ prompt: "What is the opposite of hot?" }));
  expect(text).toBe("Cold.");
});

test("an answer that is cut off says so", async () => {
  const { text } = await answering(4)(asked({ prompt: "How do airplanes fly?" }));
  expect(text).toEndWith("\n\n(The answer was cut off after 4 tokens.)");
});

test("a note longer than the model can read is answered as far as it was read, and says so", async () => {
  const filler = "The quick brown fox jumps over the lazy dog. ".repeat(200);
  const { text } = await answering(20)(asked({ prompt: `${filler}What is the capital of France?` }));
  expect(text).toContain("The note is longer than the model can read");
});

test("a wish for a picture is recognised and goes to whoever can draw, in words for that", async () => {
  const request = asked({ prompt: "draw a red fox" });
  expect(await answering(50)(request)).toMatchObject({
    text: "a red fox, digital art, high quality",
    picture: { width: 1 },
  });
  expect(request.shown).toEqual([]);
});

test("a note that goes on with an answer carries the exchange before it", async () => {
  const answer: Widget = { id: "answer", widget_type: "Note", title: "AI answer abc", text: "Paris." };
  const trigger: Widget = { id: "next", widget_type: "Note", text: "Hello", parent_id: "answer" };
  const seen: string[] = [];
  const recording = {
    generate: ((request, options) => {
      if (!request.jsonSchema)
        seen.push(...request.messages.map(({ role, content }) => `${role}: ${content}`));
      return engine.generate(request, options);
    }) satisfies LocalTextEngine["generate"],
    countTokens: engine.countTokens.bind(engine),
    contextSize: engine.contextSize.bind(engine),
  };
  const findQuestion = async (id: string) =>
    id === "abc" ? { prompt: "What is the capital of France?", widgetId: "first" } : null;
  const ability = answerNote({ engine: recording, maxTokens: 50, style: DEMO_STYLE, draw, findQuestion });
  await ability(asked({ prompt: "Hello", trigger, widgets: [answer] }));
  expect(seen).toEqual(["user: What is the capital of France?", "assistant: Paris.", "user: Hello"]);
});

test("what stood before a model began to repeat itself is the answer, and says so", async () => {
  const generate: LocalTextEngine["generate"] = async (request, options) => {
    const result = await engine.generate(request, options);
    return request.jsonSchema ? result : { ...result, text: "It opens in April.", stopReason: "repetition" };
  };
  const stuck = generating(generate);
  const ability = answerNote({
    engine: stuck,
    maxTokens: 50,
    style: DEMO_STYLE,
    draw,
    findQuestion: async () => null,
  });
  expect((await ability(asked({ prompt: "Hello" }))).text).toBe(
    "It opens in April.\n\n(The answer was ended because the model began to repeat itself.)",
  );
});
