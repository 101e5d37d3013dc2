import { expect, test } from "bun:test";
import fc from "fast-check";
import { wholeSentences } from "./whole-sentences.ts";

test.each([
  ["The bridge opens in April. It took a lo", "The bridge opens in April."],
  ["Paris. Par", "Paris."],
  ["Really? Yes! And th", "Really? Yes!"],
  ["It costs 3.50 euros. And it is the", "It costs 3.50 euros."],
  ['She said "no." Then the', 'She said "no."'],
  ["我们需要一个计划。我们", "我们需要一个计划。"],
  ["هذا جسر جديد. ثم", "هذا جسر جديد."],
  ["Things to buy:\n- Milk\n- Eggs\n- the the", "Things to buy:\n- Milk\n- Eggs"],
  ["Overview: It is new. Insights:\nthe the", "Overview: It is new."],
  ["We buy chairs.\n\n1. The", "We buy chairs."],
])("of %j stays what is whole", (text, whole) => {
  expect(wholeSentences(text)).toBe(whole);
});

test.each(["Summary: ver", "Overview:\nThe the", "vers\nr", "1. The", "----------\n", "", "\n\n"])(
  "%j says nothing by itself",
  (text) => {
    expect(wholeSentences(text)).toBe("");
  },
);

test("what stays is the beginning of the text, and whole when looked at again", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab 。.!?\n:1-é\ud83d\ude00") }), (text) => {
      const whole = wholeSentences(text);
      expect(text.trimStart().startsWith(whole)).toBe(true);
      expect(wholeSentences(`${whole}\n`)).toBe(whole);
    }),
  );
});
