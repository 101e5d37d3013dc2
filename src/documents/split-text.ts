/** A part of a text: from `start` to before `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where a text may be cut, the best places first: behind paragraphs, sentences, lines, words. */
export const CUTS: readonly RegExp[] = [
  /\n\s*\n/g,
  /[.!?…]["'”’»)\]]*\s+|[。！？…]["”’」』）]*\s*/g,
  /\n/g,
  /\s+/g,
];

const [, SENTENCE_END = /$/g, , SPACE = /$/g] = CUTS;

/** Cuts a part of a text behind each match. Nothing is left out: what matched belongs to the piece before it. */
export function splitBehind(text: string, { start, end }: Range, cut: RegExp): Range[] {
  const pieces: Range[] = [];
  let from = start;
  for (const match of text.slice(start, end).matchAll(cut)) {
    const to = start + match.index + match[0].length;
    if (to === from || to === end) continue;
    pieces.push({ start: from, end: to });
    from = to;
  }
  pieces.push({ start: from, end });
  return pieces;
}

/** Cuts into pieces of at most so many UTF-16 units, but at least one character each. */
export function splitEvenly(text: string, { start, end }: Range, units: number): Range[] {
  const pieces: Range[] = [];
  for (let from = start; from < end; ) {
    const wanted = Math.min(end, from + Math.floor(units));
    const to = Math.max(isInsidePair(text, wanted) ? wanted - 1 : wanted, characterEnd(text, from));
    pieces.push({ start: from, end: to });
    from = to;
  }
  return pieces;
}

/** Whether there is more than one character, so that it can be cut. */
export function isDivisible(text: string, { start, end }: Range): boolean {
  return characterEnd(text, start) < end;
}

/**
 * Where the end of a part begins that is about so many units long: at a sentence when one begins in its first half,
 * else at a word, else (as in Chinese) at any character.
 */
export function tailStart(text: string, { start, end }: Range, units: number): number {
  if (units < 1) return end;
  const from = Math.max(start, end - Math.floor(units));
  if (from === start) return start;
  const half = { start: from, end: from + Math.floor((end - from) / 2) };
  const [sentence] = splitBehind(text, { start: from, end }, SENTENCE_END);
  if (sentence !== undefined && sentence.end <= half.end) return sentence.end;
  const [word] = splitBehind(text, { start: from, end }, SPACE);
  if (word !== undefined && word.end < end) return word.end;
  return characterEnd(text, from - 1);
}

/** Behind the character at that place, which may take two units. */
function characterEnd(text: string, at: number): number {
  return at + (isInsidePair(text, at + 1) ? 2 : 1);
}

function isInsidePair(text: string, at: number): boolean {
  return isHigh(text.charCodeAt(at - 1)) && isLow(text.charCodeAt(at));
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
