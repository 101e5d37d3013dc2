/** What pdftotext makes of ligatures in LaTeX's old fonts: their positions in the font. */
const LIGATURES = ["ff", "fi", "fl", "ffi", "ffl"];
const FIRST_LIGATURE = 0x1b;

/** Words as people count them: letters and digits; how ligatures are written makes no difference. */
export function wordsOf(text: string): string[] {
  const letters = LIGATURES.reduce(
    (done, ligature, index) => done.replaceAll(String.fromCharCode(FIRST_LIGATURE + index), ligature),
    text,
  );
  return letters.normalize("NFKC").match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** Words that follow each other: they tell whether two texts are in the same order. */
export function pairsOf(words: readonly string[]): string[] {
  return words.slice(1).map((word, index) => `${words[index]} ${word}`);
}

/** What two lists have in common (F1), in percent; their order makes no difference. */
export function agreement(one: readonly string[], other: readonly string[]): number {
  if (one.length + other.length === 0) return 100;
  const counts = new Map<string, number>();
  for (const each of one) counts.set(each, (counts.get(each) ?? 0) + 1);
  let common = 0;
  for (const each of other) {
    const left = counts.get(each) ?? 0;
    if (left > 0) common += 1;
    counts.set(each, left - 1);
  }
  return (200 * common) / (one.length + other.length);
}
