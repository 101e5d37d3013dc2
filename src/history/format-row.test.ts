import { expect, test } from "bun:test";
import type { Paint } from "../paint.ts";
import { headLine, rowLines, type ShownRow } from "./format-row.ts";

const plain: Paint = (_, text) => text;
const answered: ShownRow = {
  correlation_id: "abcdefghjkmn",
  status: "succeeded",
  prompt: "What is the capital of France, and why is it not Lyon, which would be nearer to the sea?",
  duration_ms: 1234,
  created_at: "2026-01-31T23:59:58.123Z",
  error_code: null,
  error_message: null,
};

test("one line for a prompt, in 80 columns, below its head", () => {
  const line = rowLines(answered, 80, plain);
  expect(line).toBe("2026-01-31 23:59:58  abcdefghjkmn  succeeded    1.2 s  What is the capital of F…\n");
  expect(line.trimEnd().length).toBe(80);
  expect(headLine().indexOf("PROMPT")).toBe(line.indexOf("What"));
});

test("a failed one says what happened and what to do", () => {
  const failed: ShownRow = {
    ...answered,
    status: "failed",
    error_code: "OUT_OF_MEMORY",
    error_message: "The model does not fit.",
  };
  const [, what, advice] = rowLines(failed, 80, plain).split("\n");
  expect(what).toBe("    OUT_OF_MEMORY: The model does not fit.");
  expect(advice).toContain("→ Use a smaller model");
});

test("a code of another version is shown as it is", () => {
  const strange: ShownRow = { ...answered, status: "failed", error_code: "OLD_CODE", error_message: "Once." };
  expect(rowLines(strange, 80, plain).split("\n").slice(1)).toEqual(["    OLD_CODE: Once.", ""]);
});

test("what people wrote can neither break the line nor steer the terminal", () => {
  const line = rowLines({ ...answered, prompt: "a\r\nb\x1b[2J\x07c\u2028d\u202ee" }, 200, plain);
  expect(line).toEndWith("  a b [2J c d e\n");
});
