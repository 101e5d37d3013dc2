import type { Rect } from "../canvus/geometry.ts";
import { SplitMap } from "../canvus/split-map.ts";
import type { TimeSlice } from "../time-slice.ts";

/** Widgets closer than so many times their usual size belong together, for the eye. */
const NEAR = 1.5;
/** Items whose size is looked at to find the usual one. */
const SAMPLE = 1000;
/** Steps between two looks at the clock. */
const STEPS = 50;

interface Cell<T> {
  readonly column: number;
  readonly row: number;
  readonly members: T[];
  isTaken: boolean;
}

/**
 * Puts together what lies close to each other, directly or through others in between. Groups keep the order of their
 * first member. Takes time in proportion to the number of items, which are sorted into the cells of a grid, and rests
 * when the slice is over.
 */
export async function groupNearby<T>(
  items: readonly T[],
  rectOf: (item: T) => Rect,
  slice: TimeSlice,
): Promise<T[][]> {
  const side = NEAR * usualSide(items, rectOf);
  const cells = new SplitMap<Cell<T>>();
  const inOrder: Cell<T>[] = [];
  for (const [at, item] of items.entries()) {
    if (at % STEPS === 0) await slice.restIfOver();
    const { x, y, width, height } = rectOf(item);
    const [column, row] = [Math.floor((x + width / 2) / side), Math.floor((y + height / 2) / side)];
    const known = cells.get(keyOf(column, row));
    const cell = known ?? { column, row, members: [], isTaken: false };
    cell.members.push(item);
    if (known) continue;
    cells.set(keyOf(column, row), cell);
    inOrder.push(cell);
  }
  const groups: T[][] = [];
  for (const start of inOrder) {
    if (start.isTaken) continue;
    const group: T[] = [];
    const waiting = [start];
    start.isTaken = true;
    for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) {
      for (const member of cell.members) group.push(member);
      for (const key of around(cell)) {
        const neighbour = cells.get(key);
        if (neighbour === undefined || neighbour.isTaken) continue;
        neighbour.isTaken = true;
        waiting.push(neighbour);
      }
      await slice.restIfOver();
    }
    groups.push(group);
  }
  return groups;
}

/** The median of the longer sides, of a sample that is spread over all items. */
function usualSide<T>(items: readonly T[], rectOf: (item: T) => Rect): number {
  const sides: number[] = [];
  const stride = Math.ceil(items.length / SAMPLE);
  for (let at = 0; at < items.length; at += stride) {
    const item = items[at];
    if (item === undefined) continue;
    const { width, height } = rectOf(item);
    sides.push(Math.max(width, height));
  }
  sides.sort((one, other) => one - other);
  return sides[Math.floor(sides.length / 2)] || 1;
}

function around({ column, row }: { readonly column: number; readonly row: number }): string[] {
  return [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((down) => keyOf(column + right, row + down)));
}

function keyOf(column: number, row: number): string {
  return `${column} ${row}`;
}
