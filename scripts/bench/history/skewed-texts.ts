import type { Texts } from "../../../src/storage/testing/large-history.ts";

const PROMPT_WORDS = 12;
const RESPONSE_WORDS = 70;
const SYLLABLES = ["ka", "le", "mi", "to", "ru", "sa", "ne", "vi", "po", "du"];
/** A vocabulary with the usual skew: some words stand in nearly every text, most in few. */
const WORDS = Array.from({ length: 20_000 }, (_, n) => `${wordOf(n)}${n % 7 === 0 ? "ing" : ""}`);

/** Texts as long as people and models write them; the same in every run. */
export function skewedTexts(count: number): Texts[] {
  return Array.from({ length: count }, (_, n) => {
    const random = randomOf(n);
    return { prompt: textOf(random, PROMPT_WORDS), response: textOf(random, RESPONSE_WORDS) };
  });
}

function textOf(random: () => number, words: number): string {
  return Array.from({ length: words }, () => WORDS[Math.floor(random() ** 4 * WORDS.length)]).join(" ");
}

function wordOf(n: number): string {
  return [...String(n)].map((digit) => SYLLABLES[Number(digit)]).join("");
}

/** xorshift32, seeded by the number of the text. */
function randomOf(text: number): () => number {
  let state = Math.imul(text + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
