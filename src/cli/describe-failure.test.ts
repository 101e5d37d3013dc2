import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { describeFailure } from "./describe-failure.ts";

test("what a server said does not steer the terminal", () => {
  const error = new AppError(
    "CANVUS_BAD_REQUEST",
    "The Canvus server answered: \x1b[2J\x1b]0;owned\x07\u009b1A",
  );
  const text = describeFailure(error);
  expect(text).toStartWith("canvuslocallm: The Canvus server answered: \\u001b[2J");
  for (const steering of ["\x1b", "\x07", "\u009b"]) expect(text).not.toContain(steering);
});

test("an error that nobody expected keeps its lines, and nothing that steers", () => {
  const text = describeFailure(new Error("\x1b[2J"));
  expect(text.split("\n").length).toBeGreaterThan(3);
  expect(text).not.toContain("\x1b");
});
