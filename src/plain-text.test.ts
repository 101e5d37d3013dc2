import { expect, test } from "bun:test";
import { plainText } from "./plain-text.ts";

test.each([
  ["a\x1b[2Jb", "a\\u001b[2Jb"],
  ["a\u009b2Jb", "a\\u009b2Jb"],
  ["a\x7f\r\b", "a\\u007f\\u000d\\u0008"],
  ["abc\u202egnp.exe", "abc\\u202egnp.exe"],
  ["one\ntwo\tthree", "one\ntwo\tthree"],
  ["Grüße 👩‍👩‍👧 مرحبا", "Grüße 👩‍👩‍👧 مرحبا"],
])("%j is shown as %j", (text, shown) => {
  expect(plainText(text)).toBe(shown);
});

test("JSON stays what it is", () => {
  const value = { prompt: "\x1b]0;title\x07 \u009b31m \u202e \n", other: [1] };
  const json = plainText(JSON.stringify(value, null, 2));
  expect(JSON.parse(json)).toEqual(value);
  for (const steering of ["\x1b", "\x07", "\u009b", "\u202e"]) expect(json).not.toContain(steering);
});
