import type { Rect } from "./board-model.ts";
import { ANSWER_ROOM } from "./note-kinds.ts";

/** Room kept around a new widget, in canvas units. */
const GAP = 60;
const STEP = 80;
const RINGS = 30;

function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The free place nearest to the wanted one; the wanted one itself when all around is taken. */
export function findFreeSpot(wanted: Rect, taken: readonly Rect[]): Rect {
  const isFree = ({ x, y, width, height }: Rect) => {
    const needed = { x: x - GAP, y: y - GAP, width: width + ANSWER_ROOM + 2 * GAP, height: height + 2 * GAP };
    return !taken.some((other) => overlaps(needed, other));
  };
  for (let ring = 0; ring <= RINGS; ring++) {
    const candidates: Rect[] = [];
    for (let dx = -ring; dx <= ring; dx++) {
      const rows =
        Math.abs(dx) === ring ? Array.from({ length: 2 * ring + 1 }, (_, i) => i - ring) : [-ring, ring];
      for (const dy of rows) candidates.push({ ...wanted, x: wanted.x + dx * STEP, y: wanted.y + dy * STEP });
    }
    const distance = (rect: Rect) => Math.hypot(rect.x - wanted.x, rect.y - wanted.y);
    const [nearest] = candidates.filter(isFree).toSorted((a, b) => distance(a) - distance(b));
    if (nearest !== undefined) return nearest;
  }
  return wanted;
}
