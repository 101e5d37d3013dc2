import type { Range } from "./split-text.ts";

/** Tokens of each text as the model itself counts them. */
export type CountTokens = (texts: readonly string[]) => Promise<readonly number[]>;

/** Tokens of parts of one text. */
export type Count = (ranges: readonly Range[]) => Promise<number[]>;

/** What one call of the tokenizer gets at most; a model takes up to 10,000 texts. */
const BATCH_TEXTS = 5000;
const BATCH_UNITS = 1024 * 1024;

export function counter(text: string, countTokens: CountTokens): Count {
  return async (ranges) => {
    const counts: number[] = [];
    for (let first = 0; first < ranges.length; ) {
      const batch: string[] = [];
      for (
        let units = 0;
        first < ranges.length && batch.length < BATCH_TEXTS && units < BATCH_UNITS;
        first++
      ) {
        const { start, end } = ranges[first] ?? { start: 0, end: 0 };
        batch.push(text.slice(start, end));
        units += end - start;
      }
      counts.push(...(await countTokens(batch)));
    }
    return counts;
  };
}

export async function counted<R extends Range>(
  ranges: readonly R[],
  count: Count,
): Promise<(R & { tokens: number })[]> {
  const counts = await count(ranges);
  return ranges.map((range, index) => ({ ...range, tokens: counts[index] ?? 0 }));
}
