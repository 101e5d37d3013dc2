import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  answerColors,
  contrastRatio,
  formatColor,
  noteColors,
  parseColor,
  readableTextColor,
} from "./colors.ts";

const channel = fc.integer({ min: 0, max: 255 });
const anyColor = fc.record({ r: channel, g: channel, b: channel, a: channel });

function parsed(text: string) {
  const color = parseColor(text);
  if (color === null) throw new Error(`${text} is no colour`);
  return color;
}

test("both notations are read in any case, anything else is not a colour", () => {
  expect(parseColor("#fff2B3")).toEqual({ r: 255, g: 242, b: 179, a: 255 });
  expect(parseColor("#FFF2B380")).toEqual({ r: 255, g: 242, b: 179, a: 128 });
  for (const text of ["red", "#fff", "fff2b3ff", "#fff2b3f", "#gggggg", "", undefined]) {
    expect(parseColor(text)).toBeNull();
  }
});

test("formatting is the inverse of parsing, lower case with alpha", () => {
  fc.assert(fc.property(anyColor, (color) => expect(parseColor(formatColor(color))).toEqual(color)));
  expect(formatColor({ r: 255, g: 0, b: 171, a: 255 })).toBe("#ff00abff");
});

test("contrast is WCAG's: 21 for black on white, 1 for equals, a known pair in between", () => {
  expect(contrastRatio(parsed("#000000"), parsed("#ffffff"))).toBeCloseTo(21, 5);
  expect(contrastRatio(parsed("#123456"), parsed("#123456"))).toBe(1);
  expect(contrastRatio(parsed("#777777"), parsed("#ffffff"))).toBeCloseTo(4.48, 2);
});

test("every answer is readable, opaque and visibly another note than its trigger", () => {
  fc.assert(
    fc.property(anyColor, (color) => {
      const opaque = { ...color, a: 255 };
      const answer = answerColors(formatColor(opaque));
      const background = parsed(answer.background_color);
      expect(background.a).toBe(255);
      expect(contrastRatio(background, parsed(answer.text_color))).toBeGreaterThanOrEqual(4.5);
      const apart = Math.max(
        Math.abs(background.r - color.r),
        Math.abs(background.g - color.g),
        Math.abs(background.b - color.b),
      );
      expect(apart).toBeGreaterThanOrEqual(20);
    }),
  );
});

test("the answer keeps the hue of its trigger", () => {
  const yellow = parsed(answerColors("#fff2b3ff").background_color);
  expect(yellow.r).toBeGreaterThan(yellow.b + 40);
  const blue = parsed(answerColors("#1a2b66ff").background_color);
  expect(blue.b).toBeGreaterThan(blue.r + 40);
});

test("beside what has no colour the answer is light violet, with black text", () => {
  expect(answerColors(undefined)).toEqual({
    auto_text_color: false,
    background_color: "#e9e4ffff",
    text_color: "#000000ff",
  });
});

test("an unusable colour counts as white, a transparent one as what shows through", () => {
  expect(answerColors("nonsense")).toEqual(answerColors("#ffffffff"));
  expect(answerColors("#00000000")).toEqual(answerColors("#ffffffff"));
});

test("the triple is whole: a missing text colour is chosen, a given one kept", () => {
  expect(noteColors("#101010ff")).toEqual({
    auto_text_color: false,
    background_color: "#101010ff",
    text_color: "#ffffffff",
  });
  expect(noteColors("#101010ff", "#ff0000ff").text_color).toBe("#ff0000ff");
  expect(formatColor(readableTextColor(parsed("#ffff00")))).toBe("#000000ff");
});
