import type { Glyph } from "./page-lines.ts";

/** Accents as signs of their own, and the marks that join the letter before them. */
const MARKS: Readonly<Record<string, string>> = {
  "`": "\u0300",
  "´": "\u0301",
  ˆ: "\u0302",
  "˜": "\u0303",
  "¯": "\u0304",
  "˘": "\u0306",
  "˙": "\u0307",
  "¨": "\u0308",
  "˚": "\u030a",
  "˝": "\u030b",
  ˇ: "\u030c",
  "¸": "\u0327",
  "˛": "\u0328",
};
/** Letters that stand below an accent without the dot that they have alone. */
const DOTTED: Readonly<Record<string, string>> = { ı: "i", ȷ: "j" };

/**
 * LaTeX's old fonts have no letters with accents: it draws the accent and the letter over each other. Here they become
 * one letter again, when they stand at the same place.
 */
export function withAccents(glyphs: readonly Glyph[]): readonly Glyph[] {
  if (!glyphs.some(({ character }) => character in MARKS)) return glyphs;
  const result: Glyph[] = [];
  for (let index = 0; index < glyphs.length; index += 1) {
    const accent = glyphs[index];
    if (accent === undefined) continue;
    const next = glyphs[index + 1];
    const last = result.at(-1);
    if (next !== undefined && isOver(accent, next)) {
      result.push(joined(next, accent));
      index += 1;
    } else if (last !== undefined && isOver(accent, last)) {
      result[result.length - 1] = joined(last, accent);
    } else result.push(accent);
  }
  return result;
}

function isOver(accent: Glyph, letter: Glyph): boolean {
  const middle = (accent.start + accent.end) / 2;
  return (
    accent.character in MARKS &&
    /^\p{L}$/u.test(letter.character) &&
    middle > letter.start &&
    middle < letter.end
  );
}

function joined(letter: Glyph, accent: Glyph): Glyph {
  const base = DOTTED[letter.character] ?? letter.character;
  return { ...letter, character: `${base}${MARKS[accent.character] ?? ""}`.normalize("NFC") };
}
