const SENTENCES = new Intl.Segmenter(undefined, { granularity: "sentence" });
const WORDS = new Intl.Segmenter(undefined, { granularity: "word" });
/** Without one it is the number of a list's entry, or a ruler. */
const LETTER = /\p{L}/u;
/** Also with quotation marks or brackets behind it. */
const ENDED = /\p{Sentence_Terminal}[\p{Pe}\p{Pf}"']*$/u;
/** A line without a full stop says something from so many words on; a single one may be the beginning of anything. */
const LINE_WORDS = 3;

/**
 * The beginning of a text as far as it is whole: up to its last sentence or line that came to its end, without a
 * heading that nothing follows. "" when nothing in it says anything by itself.
 */
export function wholeSentences(text: string): string {
  const segments = [...SENTENCES.segment(text)].map(({ segment }) => segment);
  const last = segments.findLastIndex(isWhole);
  const whole = segments.slice(0, last + 1);
  const says = whole.some((segment) => LETTER.test(segment) && ENDED.test(segment.trimEnd()));
  const kept = whole.join("").trim();
  return says || wordsIn(kept) >= LINE_WORDS ? kept : "";
}

function isWhole(segment: string): boolean {
  const said = segment.trimEnd();
  if (!LETTER.test(said)) return false;
  return ENDED.test(said) || (segment.endsWith("\n") && !said.endsWith(":"));
}

function wordsIn(text: string): number {
  return [...WORDS.segment(text)].filter(({ isWordLike }) => isWordLike).length;
}
