import { contains, type Rect } from "./geometry.ts";
import { RowIndex } from "./row-index.ts";
import type { Point, Size } from "./widget.ts";

/** Space between widgets, as a part of the trigger's longer side; for triggers without a size, in canvas units. */
const GAP_RATIO = 0.05;
const DEFAULT_GAP = 15;
/** How far, in lengths of the new widget, a spot may be from the trigger and still count as beside it. */
const NEAR = 3;
/** Rows looked at when nothing is free beside the trigger; bounds the time on crowded canvases. */
const MAX_ROWS = 200;
/** Nor are places looked for among more obstacles than this: a millisecond or two. So many are a whole wall of notes. */
const MAX_OBSTACLES = 2000;

/** What lies in an area, which may be without end; `most` of it, where more are of no use. */
export type Occupied = (area: Rect, most?: number) => readonly Rect[];

interface Search {
  readonly trigger: Rect;
  readonly size: Size;
  readonly gap: number;
}

interface Spot {
  readonly point: Point;
  /** From where the widget would have been put in an empty place. */
  readonly distance: number;
}

/**
 * Finds a place for a new widget beside its trigger: right of it, else below, left or above, else the nearest free
 * place on the canvas, else to the right beyond everything, off the canvas. It never covers the trigger or an
 * obstacle. The one exception: on a backdrop (an obstacle that the trigger itself lies on) it rather stays there than
 * goes far away. Same input, same place.
 *
 * All rectangles are absolute, in canvas units; `canvas` with size 0 means that its size is not known.
 */
export function placeBeside(trigger: Rect, size: Size, occupied: Occupied, canvas: Rect): Point {
  const gap = GAP_RATIO * Math.max(trigger.width, trigger.height) || DEFAULT_GAP;
  const search: Search = { trigger, size, gap };
  const obstacles: Occupied = (area, most) => [...occupied(area, most).filter(hasArea), trigger];
  const bounds = hasArea(canvas) ? canvas : null;
  const near = bestBeside(search, obstacles, bounds);
  if (near !== null) return near;
  const isBackdrop = (rect: Rect) => rect !== trigger && contains(rect, trigger);
  const others: Occupied = (area, most) => obstacles(area, most).filter((rect) => !isBackdrop(rect));
  const hasBackdrop = obstacles(trigger).some(isBackdrop);
  const onBackdrop = hasBackdrop ? bestBeside(search, others, bounds) : null;
  if (onBackdrop !== null) return onBackdrop;
  if (bounds !== null) {
    const anywhere =
      nearestAnywhere(search, obstacles, bounds) ??
      (hasBackdrop ? nearestAnywhere(search, others, bounds) : null);
    if (anywhere !== null) return anywhere;
  }
  return slideRight(search, obstacles);
}

/** The first of right, below, left, above with a free spot within NEAR lengths. */
function bestBeside({ trigger, size, gap }: Search, obstacles: Occupied, bounds: Rect | null): Point | null {
  const nearby = obstacles(grown(trigger, (NEAR + 1) * Math.max(size.width, size.height) + 2 * gap));
  for (const view of [UPRIGHT, TRANSPOSED, MIRRORED, TRANSPOSED_MIRRORED]) {
    const seen = { trigger: view.rect(trigger), size: view.size(size), gap };
    const start = seen.trigger.x + seen.trigger.width + gap;
    const found = slideRight(seen, () => nearby.map(view.rect));
    if (found.x - start > NEAR * seen.size.width) continue;
    const point = view.back(found, seen.size);
    if (bounds === null || contains(bounds, { ...point, ...size })) return point;
  }
  return null;
}

/**
 * The nearest free place on the canvas. It is looked for in growing areas, because most canvases have room somewhere
 * near; where there are too many obstacles, not at all.
 */
function nearestAnywhere(search: Search, obstacles: Occupied, canvas: Rect): Point | null {
  const { trigger, size, gap } = search;
  const length = Math.max(1, size.width, size.height, trigger.width, trigger.height);
  const step = Math.max((size.height + gap) / 2, (2 * canvas.height) / MAX_ROWS);
  for (let reach = 2 * NEAR * length; ; reach *= 2) {
    const area = intersection(grown(trigger, reach), canvas);
    const inside = area ? obstacles(grown(area, gap), MAX_OBSTACLES) : [];
    if (inside.length >= MAX_OBSTACLES) return null;
    const best = area && nearestInRows(search, inside, area, step);
    // Outside of the area may be something nearer, unless the place lies well within it.
    if (best && best.distance <= reach - length) return best.point;
    if (area && contains(area, canvas)) return best?.point ?? null;
  }
}

/** Looks through rows up and down from the trigger, in each to the right and to the left, and takes the nearest. */
function nearestInRows(search: Search, obstacles: readonly Rect[], bounds: Rect, step: number): Spot | null {
  const { trigger, size, gap } = search;
  if (size.width > bounds.width || size.height > bounds.height) return null;
  const end = { x: bounds.x + bounds.width - size.width, y: bounds.y + bounds.height - size.height };
  const upright = new RowIndex(obstacles, bounds, step);
  const mirrored = new RowIndex(obstacles.map(MIRRORED.rect), bounds, step);
  let best: Spot | null = null;
  for (let row = 0; row <= MAX_ROWS; row += 1) {
    // A row further away than the best spot cannot hold a better one.
    if (best !== null && row * step > best.distance) break;
    for (const wanted of row === 0 ? [trigger.y] : [trigger.y + row * step, trigger.y - row * step]) {
      if (wanted < bounds.y - step || wanted > end.y + step) continue;
      const y = clamp(wanted, bounds.y, end.y);
      const line = { y, size, gap };
      const right = { x: upright.slideRight(line, clamp(trigger.x, bounds.x, end.x), end.x), y };
      const start = -clamp(trigger.x, bounds.x, end.x) - size.width;
      const left = MIRRORED.back({ x: mirrored.slideRight(line, start, -bounds.x - size.width), y }, size);
      for (const point of [right, left]) {
        if (!contains(bounds, { ...point, ...size })) continue;
        const distance = Math.hypot(point.x - trigger.x - trigger.width - gap, point.y - trigger.y);
        if (best === null || distance < best.distance) best = { point, distance };
      }
    }
  }
  return best;
}

/** Moves right from the trigger until nothing is in the way; obstacles are passed at a gap's distance. */
function slideRight({ trigger, size, gap }: Search, obstacles: Occupied): Point {
  const { x, y } = trigger;
  const height = size.height + 2 * gap;
  const inRow = obstacles({ x, y: y - gap, width: Number.POSITIVE_INFINITY, height })
    .filter((rect) => rect.y < y + size.height + gap && y - gap < rect.y + rect.height)
    .sort((one, other) => one.x - other.x);
  let free = x + trigger.width + gap;
  for (const rect of inRow) {
    // Sorted by their left edges: once one begins beyond the spot, all that follow do.
    if (rect.x >= free + size.width + gap) break;
    free = Math.max(free, rect.x + rect.width + gap);
  }
  return { x: free, y };
}

/** A way of looking at the canvas in which the searched direction is "to the right". */
interface View {
  readonly rect: (rect: Rect) => Rect;
  readonly size: (size: Size) => Size;
  readonly back: (point: Point, seenSize: Size) => Point;
}

const UPRIGHT: View = { rect: (rect) => rect, size: (size) => size, back: (point) => point };

const MIRRORED: View = {
  rect: ({ x, y, width, height }) => ({ x: -x - width, y, width, height }),
  size: (size) => size,
  back: (point, size) => ({ x: -point.x - size.width, y: point.y }),
};

const TRANSPOSED: View = {
  rect: (rect) => ({ x: rect.y, y: rect.x, width: rect.height, height: rect.width }),
  size: (size) => ({ width: size.height, height: size.width }),
  back: (point) => ({ x: point.y, y: point.x }),
};

const TRANSPOSED_MIRRORED: View = {
  rect: (rect) => MIRRORED.rect(TRANSPOSED.rect(rect)),
  size: TRANSPOSED.size,
  back: (point, size) => TRANSPOSED.back(MIRRORED.back(point, size), size),
};

function hasArea(rect: Rect): boolean {
  return rect.width > 0 && rect.height > 0;
}

/** Null when they have nothing in common. */
function intersection(one: Rect, other: Rect): Rect | null {
  const x = Math.max(one.x, other.x);
  const y = Math.max(one.y, other.y);
  const width = Math.min(one.x + one.width, other.x + other.width) - x;
  const height = Math.min(one.y + one.height, other.y + other.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

function grown(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
