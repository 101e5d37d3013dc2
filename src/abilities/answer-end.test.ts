import { expect, test } from "bun:test";
import { answerText, remarksOnEnd } from "./answer-end.ts";

test("an answer without text is an error that says why there is none", () => {
  expect(answerText({ text: " Paris.\n", stopReason: "stop" }, "answer")).toBe("Paris.");
  expect(() => answerText({ text: " ", stopReason: "stop" }, "summary")).toThrow(
    "The model gave an empty summary.",
  );
  expect(() => answerText({ text: "", stopReason: "repetition" }, "answer")).toThrow(
    "The model only repeated itself, so that there is no answer.",
  );
});

test("how an answer ended is said where it is not as it should be", () => {
  expect(remarksOnEnd("stop", "answer", 5)).toEqual([]);
  expect(remarksOnEnd("length", "summary", 5)).toEqual(["(The summary was cut off after 5 tokens.)"]);
  expect(remarksOnEnd("length", "text", null)).toEqual(["(The text was cut off here.)"]);
  expect(remarksOnEnd("repetition", "answer", 5)).toEqual([
    "(The answer was ended because the model began to repeat itself.)",
  ]);
});
