/** Where a text begins to say the same again and again, and how long that is, in UTF-16 units. */
export interface Repetition {
  readonly start: number;
  readonly period: number;
}

/** So much of a text's end is looked at, in UTF-16 units: the bound of what a look costs. */
const WINDOW = 2048;
/** A paragraph. What comes again after more than that is left to the limit of tokens. */
const LONGEST_PERIOD = 300;

/**
 * How much of the end must be one and the same, in UTF-16 units and in times. Words that come again and again are no
 * answer; numbers, rulers, code and the rows of a table may be. And an answer that did not come to its end within its
 * tokens says little new with what it repeats there: two refrains may, three are cut.
 */
const NEEDED = {
  words: { writing: { units: 320, times: 6 }, cutOff: { units: 40, times: 3 } },
  others: { writing: { units: 640, times: 20 }, cutOff: { units: 200, times: 20 } },
} as const;

/** No quotation marks and no full stops within words: those are names in a program. */
const WORDS =
  /^(?=.*\p{L})['’]?(?:[\p{L}\p{M}\p{N}\s,:!?…、。，！？–-]|\.(?!\p{L})|(?<=\p{L})['’](?=\p{L}|$))+$/su;

/**
 * Whether the end of a text does nothing but repeat itself, exactly.
 * @param stage `writing`: more may come; `cutOff`: the text ended where its tokens did
 */
export function findRepetition(text: string, stage: "writing" | "cutOff"): Repetition | null {
  const end = text.slice(-WINDOW);
  const agreeing = agreeingBackwards(end);
  for (let period = 1; period <= LONGEST_PERIOD && period < end.length; period += 1) {
    const covered = period + (agreeing[period] ?? 0);
    const isEnough = (kind: keyof typeof NEEDED) => {
      const { units, times } = NEEDED[kind][stage];
      return covered >= Math.max(units, times * period);
    };
    if (!isEnough("words")) continue;
    if (isEnough("others") || WORDS.test(end.slice(-period)))
      return { start: startOf(text, text.length - covered, period), period };
  }
  return null;
}

/** For each distance: how many units at the end are the same as those that far before them (the Z algorithm, reversed). */
function agreeingBackwards(text: string): Int32Array {
  const { length } = text;
  const at = (index: number) => text.charCodeAt(length - 1 - index);
  const agreeing = new Int32Array(length);
  let [left, right] = [0, 0];
  for (let index = 1; index < length; index += 1) {
    let known = index < right ? Math.min(right - index, agreeing[index - left] ?? 0) : 0;
    while (index + known < length && at(known) === at(index + known)) known += 1;
    if (index + known > right) [left, right] = [index, index + known];
    agreeing[index] = known;
  }
  return agreeing;
}

/** The repetition may be longer than what was looked at. */
function startOf(text: string, known: number, period: number): number {
  let start = known;
  while (start > 0 && text[start - 1] === text[start - 1 + period]) start -= 1;
  return start;
}
