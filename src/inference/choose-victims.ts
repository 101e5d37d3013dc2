export interface Victim {
  readonly bytes: number;
  /** It has requests in work. */
  readonly busy: boolean;
  /** ms on any clock. */
  readonly lastUsed: number;
  /** How long it took to load; what it costs to get it back. */
  readonly loadMs: number;
}

/** All sets of so many of the items. There are a handful of models, so this stays small. */
function* combinations<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (const [index, item] of items.entries()) {
    for (const others of combinations(items.slice(index + 1), size - 1)) yield [item, ...others];
  }
}

function compare(left: readonly number[], right: readonly number[]): number {
  const difference = left.findIndex((value, index) => value !== right[index]);
  return difference === -1 ? 0 : (left[difference] ?? 0) - (right[difference] ?? 0);
}

function rank(set: readonly Victim[]): readonly number[] {
  const busy = set.filter((victim) => victim.busy).length;
  const lastUsed = Math.max(...set.map((victim) => victim.lastUsed));
  const reloadMs = set.reduce((sum, victim) => sum + victim.loadMs, 0);
  return [busy, lastUsed, reloadMs];
}

/**
 * Which models have to go to free so many bytes: as few as possible, then as few busy ones as possible, then those
 * that were used longest ago, then those that are back soonest.
 * @returns null when all of them together are not enough
 */
export function chooseVictims<T extends Victim>(
  candidates: readonly T[],
  bytes: number,
): readonly T[] | null {
  for (let size = 1; size <= candidates.length; size++) {
    const enough = [...combinations(candidates, size)].filter(
      (set) => set.reduce((sum, victim) => sum + victim.bytes, 0) >= bytes,
    );
    const [best] = enough.sort((left, right) => compare(rank(left), rank(right)));
    if (best !== undefined) return best;
  }
  return null;
}
