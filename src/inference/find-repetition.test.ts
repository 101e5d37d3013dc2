import { expect, test } from "bun:test";
import fc from "fast-check";
import { findRepetition } from "./find-repetition.ts";

const INTRO = "The team met on Monday. ";
const sentence = "We should look at the budget again. ";

/** As it grows: what a look at every length would have found. */
function everFound(text: string): boolean {
  for (let length = 1; length <= text.length; length += 1)
    if (findRepetition(text.slice(0, length), "writing") !== null) return true;
  return false;
}

test.each([
  ["one letter", "Summary: ve", "r", 400],
  ["one word", INTRO, "the ", 100],
  ["words", INTRO, "ship risk Ben ", 40],
  ["a sentence", INTRO, sentence, 12],
  ["a sentence with an apostrophe", INTRO, "I don't know. ", 30],
  ["Chinese", "会议在周一。", "我们需要一个计划。", 40],
  ["Greek", INTRO, "το σχέδιο και ", 40],
  ["a paragraph", INTRO, sentence.repeat(3).replace("budget", "plan").trim().concat("\n\n"), 8],
  ["digits", "It is 3.", "1", 700],
  ["a ruler without end", INTRO, "-", 700],
  ["smileys", INTRO, "😀", 400],
  ["line ends", INTRO, "\n", 700],
])("%s again and again is found while it is written, where it begins", (_, before, again, times) => {
  const found = findRepetition(before + again.repeat(times), "writing");
  expect(found).not.toBeNull();
  // What was said once may begin some letters earlier, where those are the same.
  expect(again.repeat(3)).toContain((before + again).slice(found?.start, before.length + again.length));
  expect((before + again).length - (found?.start ?? 0)).toBeLessThan(2 * again.length + 1);
});

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
const table = (rows: number, cells: number) =>
  row(Array.from({ length: cells }, (_, n) => `Column ${n}`)) +
  row(Array.from({ length: cells }, () => "---")) +
  row(Array.from({ length: cells }, () => "   ")).repeat(rows);
const refrain = "Row, row, row your boat,\nGently down the stream.\nMerrily, merrily, merrily, merrily,\n";

test.each([
  ["a large number", "A googol is 1".concat("0".repeat(100), ".")],
  ["a ruler", `Results\n${"-".repeat(120)}\nFirst`],
  ["a form", "Name: ____________________\n".repeat(20)],
  ["an empty table", table(12, 5)],
  ["a wide table", table(3, 12)],
  ["an HTML table", "<tr>\n  <td></td>\n  <td></td>\n  <td></td>\n</tr>\n".repeat(10)],
  ["a matrix of zeros", `${"0 ".repeat(10).trim()}\n`.repeat(10)],
  ["code", "    items.push({ x: 0, y: 0 });\n".repeat(12)],
  ["the codes of characters", `["${Array.from({ length: 30 }, () => ".notdef").join('", "')}"]`],
  ["a laugh", "ha ".repeat(40)],
  ["a cry", `N${"o".repeat(100)}!`],
  ["a refrain", [1, 2, 3].map((verse) => `Verse ${verse} is new.\n${refrain}`).join("\n")],
  ["a refrain sung three times", refrain.repeat(3)],
  ["a list", Array.from({ length: 40 }, (_, n) => `${n + 1}. Order more chairs\n`).join("")],
  ["a drawing", `${"*".repeat(20)}\n`.repeat(20)],
  ["steps", Array.from({ length: 30 }, (_, n) => `${" ".repeat(n)}*\n`).join("")],
  ["Chinese", "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏".repeat(2)],
  [
    "dots to the page numbers",
    "Introduction .......................... 1\nPlan .......................... 2\n",
  ],
])("%s may be an answer", (_, text) => {
  expect(everFound(INTRO + text)).toBe(false);
});

test("an answer without an end in its tokens is given less: three times the same words", () => {
  const twice = `${INTRO}${sentence}${sentence}`;
  expect(findRepetition(`${twice}We should`, "cutOff")).toBeNull();
  expect(findRepetition(`${twice}${sentence}`, "writing")).toBeNull();
  expect(findRepetition(`${twice}${sentence}`, "cutOff")).toEqual({
    start: INTRO.length - ". ".length,
    period: sentence.length,
  });
  expect(
    findRepetition("Summary: bug launch ship risk Ben ship risk Ben ship risk Ben sh", "cutOff"),
  ).toEqual({ start: "Summary: bug launch".length, period: " ship risk Ben".length });
});

test.each([
  ["a number", "A million has zeros: 1000000000000000000000000000000000000"],
  ["the head of a table", "| a | b | c | d | e | f | g | h |\n|---|---|---|---|---|---|---|---|"],
  ["a laugh", "ha ha ha ha ha ha ha"],
  ["a ruler", `Results\n${"=".repeat(120)}`],
])("%s may be where an answer is cut off", (_, text) => {
  expect(findRepetition(text, "cutOff")).toBeNull();
});

test("whatever is said often enough is found, and wherever it is found it is so", () => {
  const word = fc.stringMatching(/^[a-zà-ö]{1,12}$/);
  const said = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => `${words.join(" ")} `);
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), said, fc.nat(400), (before, again, rest) => {
      const text = before + again.repeat(Math.ceil((1100 + rest) / again.length)).slice(0, 1100 + rest);
      const found = findRepetition(text, "writing");
      expect(found).not.toBeNull();
      const { start, period } = found ?? { start: 0, period: 1 };
      expect(start).toBeLessThanOrEqual(before.length);
      expect(again.length % period).toBe(0);
      expect(text.slice(start, -period)).toBe(text.slice(start + period));
      expect(start === 0 || text[start - 1] !== text[start - 1 + period]).toBe(true);
    }),
  );
});

test("texts whose words change are never taken for one", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{2,10}$/), { minLength: 5, maxLength: 400 });
  fc.assert(
    fc.property(words, (each) => {
      // Each word carries its number: nothing can come twice.
      const text = each.map((word, n) => `${word}${n}`).join(" ");
      expect(findRepetition(text, "writing")).toBeNull();
      expect(findRepetition(text, "cutOff")).toBeNull();
    }),
  );
});
