import type { Rect } from "../canvus/geometry.ts";

/** Widgets closer than so many times their usual size belong together, for the eye. */
const NEAR = 1.5;

/**
 * Puts together what lies close to each other, directly or through others in between. Groups and members keep the order
 * of their first member. Takes time in proportion to the number of items: they are sorted into the cells of a grid.
 */
export function groupNearby<T>(items: readonly T[], rectOf: (item: T) => Rect): T[][] {
  const cell = NEAR * usualSide(items.map(rectOf));
  const cells = new Map<string, T[]>();
  for (const item of items) {
    const { x, y, width, height } = rectOf(item);
    const key = keyOf(Math.floor((x + width / 2) / cell), Math.floor((y + height / 2) / cell));
    const members = cells.get(key);
    if (members) members.push(item);
    else cells.set(key, [item]);
  }
  const groups: T[][] = [];
  const open = new Set(cells.keys());
  for (const start of cells.keys()) {
    if (!open.delete(start)) continue;
    const group: T[] = [];
    const waiting = [start];
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      group.push(...(cells.get(key) ?? []));
      for (const neighbour of around(key)) if (open.delete(neighbour)) waiting.push(neighbour);
    }
    groups.push(group);
  }
  return groups;
}

/** The median of the longer sides. */
function usualSide(rects: readonly Rect[]): number {
  const sides = rects.map(({ width, height }) => Math.max(width, height)).sort((one, other) => one - other);
  return sides[Math.floor(sides.length / 2)] || 1;
}

function around(key: string): string[] {
  const [column = 0, row = 0] = key.split(" ").map(Number);
  return [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((down) => keyOf(column + right, row + down)));
}

function keyOf(column: number, row: number): string {
  return `${column} ${row}`;
}
