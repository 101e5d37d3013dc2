import { expect, test } from "bun:test";
import { createRedactor } from "../observability/redaction.ts";
import { cleanEntry } from "./clean-entry.ts";

const redactor = createRedactor(["hunter2-the-token"]);
const clean = (entry: unknown, includePrompts = false) =>
  cleanEntry(typeof entry === "string" ? entry : JSON.stringify(entry), { redactor, includePrompts });

test("what people wrote is left out at any depth, its length stays", () => {
  const entry = {
    message: "prompt answered",
    prompt: "our secret plan",
    a: { list: [{ Text: "plan", text: "b" }] },
  };
  const cleaned = clean(entry);
  expect(cleaned).not.toContain("plan");
  expect(JSON.parse(cleaned)).toMatchObject({
    message: "prompt answered",
    prompt: "[omitted 15 characters]",
  });
  expect(clean({ messages: [{ role: "user", content: "plan" }] })).not.toContain("plan");
});

test("numbers under such names stay: they are counts", () => {
  expect(JSON.parse(clean({ prompt: 12, prompt_tokens: 40 }))).toEqual({ prompt: 12, prompt_tokens: 40 });
});

test("secrets are blacked out once more, with prompts or without", () => {
  const entry = { message: "token hunter2-the-token refused", prompt: "plan" };
  expect(clean(entry)).not.toContain("hunter2");
  expect(clean(entry, true)).not.toContain("hunter2");
  expect(clean(entry, true)).toContain("plan");
});

test("a line that is no JSON could hold anything, so it is left out", () => {
  expect(JSON.parse(clean('{"prompt":"our secr'))).toEqual({
    omitted: "a line of 19 characters that is not JSON",
  });
});
