import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Chunk, chunkText, type TextOfPage } from "./chunk-text.ts";

/** Splits as tokenizers do: words in parts of four letters, each sign by itself, what is not Latin in bytes. */
function tokensOf(text: string): number {
  const parts = text.match(/ ?[a-z]{1,4}|\s+|[^a-z\s]/giu) ?? [];
  return parts.reduce((sum, part) => sum + (/[^\p{ASCII}]/u.test(part) ? Buffer.byteLength(part) : 1), 0);
}

function counting() {
  const calls: number[] = [];
  const countTokens = async (texts: readonly string[]) => {
    calls.push(texts.length);
    return texts.map(tokensOf);
  };
  return { calls, countTokens };
}

function chunk(pages: readonly TextOfPage[], maxTokens: number, overlapTokens = 0): Promise<Chunk[]> {
  return chunkText(pages, { maxTokens, overlapTokens, countTokens: counting().countTokens });
}

function onePage(text: string): TextOfPage[] {
  return [{ page: 1, text }];
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, "");
}

describe("a text", () => {
  test("that fits is one chunk", async () => {
    const pages = [
      { page: 3, text: "One page.\n\nTwo paragraphs." },
      { page: 4, text: "" },
      { page: 5, text: "Another page." },
    ];
    expect(await chunk(pages, 100)).toEqual([
      { text: "One page.\n\nTwo paragraphs.\n\n\n\nAnother page.", tokens: 14, firstPage: 3, lastPage: 5 },
    ]);
  });

  test("without anything in it has no chunks", async () => {
    expect(await chunk([], 100)).toEqual([]);
    expect(await chunk(onePage(" \n\n "), 100)).toEqual([]);
  });

  test("is cut behind paragraphs, then sentences, lines, words, characters", async () => {
    const texts = async (text: string) => (await chunk(onePage(text), 8)).map((each) => each.text);
    expect(await texts("one two. three\n\nfour five. six seven")).toEqual([
      "one two. three",
      "four five. six seven",
    ]);
    expect(await texts("one two. three? four five six seven")).toEqual([
      "one two. three?",
      "four five six seven",
    ]);
    expect(await texts("one two three four five\nsix seven eight")).toEqual([
      "one two three four five",
      "six seven eight",
    ]);
    expect(await texts("alpha beta gamma delta epsilon")).toEqual(["alpha beta gamma", "delta epsilon"]);
    expect(await texts("a".repeat(70))).toEqual(["a".repeat(28), "a".repeat(28), "a".repeat(14)]);
    expect(await texts("我们的会议。在星期一")).toHaveLength(5);
    expect((await chunk(onePage("🙂🙃. "), 12, 5)).map((each) => each.text)).toEqual(["🙂", "🙂🙃."]);
  });

  test("repeats the end of the chunk before, from a sentence on where one begins", async () => {
    const chunks = await chunk(onePage("one two three. four five. six seven eight. nine ten."), 16, 5);
    expect(chunks.map(({ text }) => text)).toEqual([
      "one two three. four five.",
      "four five. six seven eight. nine ten.",
    ]);
  });

  test("of many pages tells for each chunk which it covers", async () => {
    const pages = Array.from({ length: 6 }, (_, index) => ({
      page: index + 1,
      text: `text of page ${index + 1}`,
    }));
    const ranges = (await chunk(pages, 12, 4)).map(({ firstPage, lastPage }) => `${firstPage}-${lastPage}`);
    expect(ranges.at(0)).toBe("1-1");
    expect(ranges.at(-1)).toBe("6-6");
  });
});

test("the tokenizer is called a few times for a long text", async () => {
  const { calls, countTokens } = counting();
  const pages = Array.from({ length: 500 }, (_, page) => ({
    page,
    text: `Paragraph of page ${page}. ${"It has some words in it. ".repeat(40)}\n\n${"x".repeat(3000)}`,
  }));
  const chunks = await chunkText(pages, { maxTokens: 500, overlapTokens: 50, countTokens });
  expect(chunks.length).toBeGreaterThan(500);
  expect(calls.length).toBeLessThan(25);
});

test("limits that leave no room are refused", async () => {
  expect(chunk(onePage("x"), 4)).rejects.toThrow(RangeError);
  expect(chunk(onePage("x"), 100, 60)).rejects.toThrow(RangeError);
});

const word = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z]{1,9}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{80,200}$/) },
  { weight: 1, arbitrary: fc.constantFrom("会議は。", "🙂🙃", "naïve", "—", "1,234.5") },
);
const space = fc.constantFrom(" ", " ", " ", ". ", ".\n", "\n", "\n\n", "? ", "\t");
const text = fc.array(fc.tuple(word, space), { maxLength: 120 }).map((parts) => parts.flat().join(""));
const limits = fc
  .record({
    maxTokens: fc.integer({ min: 10, max: 80 }),
    share: fc.double({ min: 0, max: 0.5, noNaN: true }),
  })
  .map(({ maxTokens, share }) => ({ maxTokens, overlapTokens: Math.floor(maxTokens * share) }));

test("nothing is lost, nothing is repeated but the overlap, every chunk fits, pages are right", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { maxLength: 6 }),
      limits,
      async (texts, { maxTokens, overlapTokens }) => {
        const pages = texts.map((text, index) => ({ page: 10 + index, text }));
        const all = squeezed(texts.join("\n\n"));
        const owners = texts.flatMap((text, index) => Array.from(squeezed(text), () => 10 + index));
        let done = 0;
        for (const { text, tokens, firstPage, lastPage } of await chunk(pages, maxTokens, overlapTokens)) {
          expect(tokens).toBe(tokensOf(text));
          expect(tokens).toBeLessThanOrEqual(maxTokens);
          const letters = squeezed(text);
          const repeated = overlapOf(all, done, letters);
          expect(tokensOf(text.slice(0, repeated))).toBeLessThanOrEqual(maxTokens);
          const own = Array.from(letters.slice(repeated)).length;
          const before = Array.from(all.slice(0, done)).length;
          expect(owners[before]).toBe(firstPage);
          expect(owners[before + own - 1]).toBe(lastPage);
          done += letters.length - repeated;
        }
        expect(done).toBe(all.length);
      },
    ),
    { numRuns: 300 },
  );
});

/** How much of a chunk stands before what is new in it. */
function overlapOf(all: string, done: number, letters: string): number {
  for (let repeated = 0; repeated <= Math.min(done, letters.length); repeated += 1) {
    if (all.startsWith(letters, done - repeated) && repeated < letters.length) return repeated;
  }
  throw new Error(`a chunk does not continue the text: ${letters}`);
}

test("every chunk fits also when whole texts take more tokens than their parts", async () => {
  const countTokens = async (texts: readonly string[]) =>
    texts.map((text) => Math.ceil(text.length ** 1.2 / 4));
  await fc.assert(
    fc.asyncProperty(text, limits, async (text, { maxTokens, overlapTokens }) => {
      const chunks = await chunkText(onePage(text), { maxTokens, overlapTokens, countTokens });
      for (const { tokens } of chunks) expect(tokens).toBeLessThanOrEqual(maxTokens);
      if (overlapTokens === 0)
        expect(squeezed(chunks.map((each) => each.text).join(""))).toBe(squeezed(text));
    }),
    { numRuns: 200 },
  );
});
