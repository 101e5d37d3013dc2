import { describe, expect, test } from "bun:test";
import type { Glyph } from "./page-lines.ts";
import { visualToLogical } from "./right-to-left.ts";

/** Letters as they stand on paper, from left to right, each one wide. */
function onPaper(letters: string): Glyph[] {
  return Array.from(letters, (character, at) => ({ character, start: at, end: at + 1 }));
}

function read(glyphs: readonly Glyph[]): string {
  return visualToLogical(glyphs)
    .map(({ character }) => character)
    .join("");
}

/** The letters of it from the last to the first. */
function backwards(text: string): string {
  return Array.from(text).reverse().join("");
}

const SENTENCE = "نص حكيم له سر قاطع";

describe("a line of Arabic or Hebrew", () => {
  test("is read from the right, in whatever order its letters come", () => {
    const glyphs = onPaper(backwards(SENTENCE));
    expect(read(glyphs)).toBe(SENTENCE);
    expect(read(glyphs.toReversed())).toBe(SENTENCE);
    expect(read([...glyphs.slice(7), ...glyphs.slice(0, 7)])).toBe(SENTENCE);
    expect(read(onPaper(backwards("עטלף אבק נס")))).toBe("עטלף אבק נס");
  });

  test("keeps the Latin words and numbers in it as they are", () => {
    const before = "النموذج ";
    const after = " يجيب عن الأسئلة";
    expect(read(onPaper(`${backwards(after)}GPT 4.1${backwards(before)}`))).toBe(`${before}GPT 4.1${after}`);
  });
});

test("a Latin line with an Arabic word in it stays as it came", () => {
  const line = "The word سلام means peace";
  expect(read(onPaper(line))).toBe(line);
});
