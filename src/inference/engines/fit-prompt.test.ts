import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ChatMessage } from "../text-engine.ts";
import { fitPrompt, type PromptTokenizer } from "./fit-prompt.ts";

/** One token per character, three tokens of template around each message. */
const characters: PromptTokenizer<string> = {
  countPrompt: (messages) => messages.reduce((sum, { content }) => sum + content.length + 3, 0),
  tokenize: (text) => text.split(""),
  detokenize: (tokens) => tokens.join(""),
};

const system: ChatMessage = { role: "system", content: "Be brief." };

describe("fitPrompt", () => {
  test("leaves a prompt that fits as it is", () => {
    const messages = [system, { role: "user", content: "Hi" } as const];
    expect(fitPrompt(messages, 17, characters)).toEqual({ messages, promptTokens: 17, tokensCut: 0 });
  });

  test("drops the oldest exchanges first and keeps the system prompt and the newest message", () => {
    const messages: ChatMessage[] = [
      system,
      { role: "user", content: "old question" },
      { role: "assistant", content: "old answer" },
      { role: "user", content: "new question" },
    ];
    const fitted = fitPrompt(messages, 30, characters);
    expect(fitted?.messages).toEqual([system, { role: "user", content: "new question" }]);
    expect(fitted?.tokensCut).toBe(28);
  });

  test("never leaves an answer without its question", () => {
    const messages: ChatMessage[] = [
      system,
      { role: "user", content: "a question that is long" },
      { role: "assistant", content: "no" },
      { role: "user", content: "why" },
    ];
    expect(fitPrompt(messages, 30, characters)?.messages).toEqual([system, { role: "user", content: "why" }]);
  });

  test("cuts the middle out of a long text and keeps both ends", () => {
    const content = `Summarize this: ${"x".repeat(500)} Thank you.`;
    const fitted = fitPrompt([system, { role: "user", content }], 100, characters);
    const cut = fitted?.messages[1]?.content ?? "";
    expect(cut).toStartWith("Summarize this: ");
    expect(cut).toEndWith(" Thank you.");
    expect(cut).toContain("[…]");
    expect(fitted?.promptTokens).toBeLessThanOrEqual(100);
    expect(fitted?.tokensCut).toBeGreaterThan(400);
  });

  test("says when nothing can be made to fit", () => {
    expect(fitPrompt([{ role: "user", content: "x".repeat(50) }], 3, characters)).toBeNull();
  });

  test("whatever the messages, the result fits, and what was cut adds up", () => {
    const role = fc.constantFrom("system", "user", "assistant");
    const message = fc.record({ role, content: fc.string({ maxLength: 200 }) });
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 60, max: 400 }),
        (messages, limit) => {
          const fitted = fitPrompt(messages, limit, characters);
          if (fitted === null) return;
          expect(fitted.promptTokens).toBeLessThanOrEqual(limit);
          expect(fitted.promptTokens + fitted.tokensCut).toBe(characters.countPrompt(messages));
        },
      ),
    );
  });
});
