import { expect, test } from "bun:test";
import fc from "fast-check";
import { noteSizeFor } from "./note-size.ts";

/** A second, plainer estimate with the field's own measure: 100 characters per 830 units, 40 rows per 1200. */
function leastHeight(text: string, width: number): number {
  const perRow = (width / 830) * 100;
  return text.split("\n").reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / perRow)), 0) * 30;
}

test("a short answer gets the usual sticky note", () => {
  expect(noteSizeFor("Paris", 1)).toEqual({ width: 300, height: 300 });
  expect(noteSizeFor("", 1)).toEqual({ width: 300, height: 300 });
});

test("longer answers get wider, then higher", () => {
  const sentence = "The quick brown fox jumps over the lazy dog. ";
  const sizes = [1, 8, 20, 60, 200].map((times) => noteSizeFor(sentence.repeat(times), 1));
  const widths = sizes.map((size) => size.width);
  expect(widths).toEqual([...widths].sort((one, other) => one - other));
  expect(new Set(widths).size).toBeGreaterThanOrEqual(4);
});

test("every line's wrapping counts, not only the longest one's", () => {
  const paragraph = "word ".repeat(100).trim();
  const one = noteSizeFor(paragraph, 1);
  const six = noteSizeFor(Array(6).fill(paragraph).join("\n"), 1);
  expect(six.width * six.height).toBeGreaterThan(4 * one.width * one.height);
});

test("line breaks alone need rows", () => {
  expect(noteSizeFor("a\n".repeat(50), 1).height).toBeGreaterThanOrEqual(50 * 30);
});

test("wide scripts need more room than narrow ones", () => {
  const area = (text: string) => noteSizeFor(text, 1).width * noteSizeFor(text, 1).height;
  expect(area("東".repeat(400))).toBeGreaterThan(area("e".repeat(400)));
});

test("the text always fits by the field's own measure, up to the largest note", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 400 }), { maxLength: 40 }), (lines) => {
      const text = lines.join("\n");
      const { width, height } = noteSizeFor(text, 1);
      expect(width).toBeGreaterThanOrEqual(300);
      expect(height).toBeGreaterThanOrEqual(300);
      expect(width).toBeLessThanOrEqual(1660);
      expect(height).toBeLessThanOrEqual(4800);
      if (height < 4800) expect(height).toBeGreaterThanOrEqual(leastHeight(text, width));
    }),
    { numRuns: 100 },
  );
});

test("drawn large, a note gets wide instead of higher than a canvas", () => {
  const text = "word ".repeat(2000);
  const large = noteSizeFor(text, 4);
  expect(large.height * 4).toBeLessThanOrEqual(4800);
  expect(large.width).toBeGreaterThan(noteSizeFor(text, 0.5).width - 1);
});

test("an endless word is broken into rows", () => {
  const { width, height } = noteSizeFor("x".repeat(5000), 1);
  expect(height).toBeGreaterThanOrEqual(leastHeight("x".repeat(5000), width));
});
