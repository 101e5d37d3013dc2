import type { TimeSlice } from "../time-slice.ts";

/** Sorted or merged in one go: a fraction of a millisecond. */
const RUN = 256;

type Compare<T> = (one: T, other: T) => number;

/** Sorts like `toSorted`, and rests when the slice is over: a hundred thousand items take a tenth of a second. */
export async function sortInSlices<T extends object>(
  items: readonly T[],
  compare: Compare<T>,
  slice: TimeSlice,
): Promise<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).sort(compare));
    await slice.restIfOver();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [one = [], other = []] = runs.slice(at, at + 2);
      merged.push(await merge(one, other, compare, slice));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T extends object>(
  one: readonly T[],
  other: readonly T[],
  compare: Compare<T>,
  slice: TimeSlice,
): Promise<T[]> {
  const merged: T[] = [];
  let [left, right] = [0, 0];
  for (;;) {
    if (merged.length % RUN === 0) await slice.restIfOver();
    const [first, second] = [one[left], other[right]];
    if (first !== undefined && (second === undefined || compare(first, second) <= 0)) {
      merged.push(first);
      left += 1;
    } else if (second !== undefined) {
      merged.push(second);
      right += 1;
    } else return merged;
  }
}
