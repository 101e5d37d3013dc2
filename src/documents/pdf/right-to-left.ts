import type { Glyph } from "./page-lines.ts";

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LEFT_TO_RIGHT = /[\p{L}\p{N}]/u;

/** The first of these letters; the quick answer for most of the others. */
const FIRST = "\u0590";

export function isRightToLeft(character: string): boolean {
  return character >= FIRST && RIGHT_TO_LEFT.test(character);
}

/**
 * Brings the letters of a line that has Arabic or Hebrew in it into the order in which they are read. PDFs hold them in
 * any order, so only where they stand counts: from right to left, Latin words and numbers in it from left to right.
 */
export function visualToLogical(glyphs: readonly Glyph[]): readonly Glyph[] {
  const placed = glyphs.filter(({ character }) => character.trim() !== "");
  const isMostlyLatin = placed.filter((glyph) => isRightToLeft(glyph.character)).length * 2 < placed.length;
  // Inside a Latin sentence the Arabic words are the guests.
  if (isMostlyLatin) return glyphs;
  const fromRight = [...glyphs].sort((one, other) => other.start + other.end - one.start - one.end);
  const logical: Glyph[] = [];
  let latin: Glyph[] = [];
  let between: Glyph[] = [];
  for (const glyph of fromRight) {
    const isArabic = isRightToLeft(glyph.character);
    if (!isArabic && LEFT_TO_RIGHT.test(glyph.character)) {
      latin.push(...between, glyph);
      between = [];
    } else if (!isArabic && latin.length > 0) {
      between.push(glyph);
    } else {
      logical.push(...latin.reverse(), ...between, glyph);
      latin = [];
      between = [];
    }
  }
  return [...logical, ...latin.reverse(), ...between];
}
