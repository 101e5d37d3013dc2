import { contains, type Rect } from "./geometry.ts";
import type { Point, Size } from "./widget.ts";

/** Space between widgets, as a part of the trigger's longer side; for triggers without a size, in canvas units. */
const GAP_RATIO = 0.05;
const DEFAULT_GAP = 15;
/** How far, in lengths of the new widget, a spot may be from the trigger and still count as beside it. */
const NEAR = 3;
/** Rows looked at when nothing is free beside the trigger; bounds the time on crowded canvases. */
const MAX_ROWS = 200;
/** So many obstacles are looked at: some two milliseconds. Where they do not suffice, there is a whole wall of notes. */
const MAX_OBSTACLES = 1000;

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
  const nearby = obstacles(grown(trigger, (NEAR + 1) * Math.max(size.width, size.height) + 2 * gap));
  const near = bestBeside(search, nearby, bounds);
  if (near !== null) return near;
  const isBackdrop = (rect: Rect) => rect !== trigger && contains(rect, trigger);
  const others: Occupied = (area, most) => obstacles(area, most).filter((rect) => !isBackdrop(rect));
  const besides = nearby.filter((rect) => !isBackdrop(rect));
  const hasBackdrop = besides.length < nearby.length;
  const onBackdrop = hasBackdrop ? bestBeside(search, besides, bounds) : null;
  if (onBackdrop !== null) return onBackdrop;
  if (bounds !== null) {
    const anywhere =
      nearestAnywhere(search, obstacles, bounds) ??
      (hasBackdrop ? nearestAnywhere(search, others, bounds) : null);
    if (anywhere !== null) return anywhere;
  }
  const { x, y } = trigger;
  const row = obstacles(rowAt(y, { x, width: Number.POSITIVE_INFINITY }, search));
  return { x: freeRight(row, y, x + trigger.width + gap, search), y };
}

/** The first of right, below, left, above with a free spot within NEAR lengths. */
function bestBeside(
  { trigger, size, gap }: Search,
  nearby: readonly Rect[],
  bounds: Rect | null,
): Point | null {
  for (const view of [UPRIGHT, TRANSPOSED, MIRRORED, TRANSPOSED_MIRRORED]) {
    const seen = { trigger: view.rect(trigger), size: view.size(size), gap };
    const { x, y, width } = seen.trigger;
    const start = x + width + gap;
    const free = freeRight(nearby.map(view.rect), y, start, seen);
    if (free - start > NEAR * seen.size.width) continue;
    const point = view.back({ x: free, y }, seen.size);
    if (bounds === null || contains(bounds, { ...point, ...size })) return point;
  }
  return null;
}

/**
 * The nearest free place on the canvas. It is looked for in growing areas, because most canvases have room somewhere
 * near; where too many obstacles are in the way, no further.
 */
function nearestAnywhere(search: Search, obstacles: Occupied, canvas: Rect): Point | null {
  const { trigger, size, gap } = search;
  const length = Math.max(1, size.width, size.height, trigger.width, trigger.height);
  const step = Math.max((size.height + gap) / 2, (2 * canvas.height) / MAX_ROWS);
  let left = MAX_OBSTACLES;
  const counted: Occupied = (area) => {
    const found = obstacles(area, left);
    left -= found.length;
    return found;
  };
  for (let reach = 2 * NEAR * length; left > 0; reach *= 2) {
    const area = intersection(grown(trigger, reach), canvas);
    const best = area && nearestInRows(search, counted, area, step);
    // Some of the obstacles may not have been looked at.
    if (left <= 0) return null;
    // Outside of the area may be something nearer, unless the place lies well within it.
    if (best && best.distance <= reach - length) return best.point;
    if (area && contains(area, canvas)) return best?.point ?? null;
  }
  return null;
}

/** Looks through rows up and down from the trigger, in each to the right and to the left, and takes the nearest. */
function nearestInRows(search: Search, obstacles: Occupied, bounds: Rect, step: number): Spot | null {
  const { trigger, size, gap } = search;
  if (size.width > bounds.width || size.height > bounds.height) return null;
  const end = { x: bounds.x + bounds.width - size.width, y: bounds.y + bounds.height - size.height };
  const start = clamp(trigger.x, bounds.x, end.x);
  let best: Spot | null = null;
  for (let row = 0; row <= MAX_ROWS; row += 1) {
    // A row further away than the best spot cannot hold a better one.
    if (best !== null && row * step > best.distance) break;
    for (const wanted of row === 0 ? [trigger.y] : [trigger.y + row * step, trigger.y - row * step]) {
      if (wanted < bounds.y - step || wanted > end.y + step) continue;
      const y = clamp(wanted, bounds.y, end.y);
      const inRow = obstacles(rowAt(y, bounds, search));
      const right = { x: freeRight(inRow, y, start, search), y };
      const seen = freeRight(inRow.map(MIRRORED.rect), y, -start - size.width, search);
      for (const point of [right, MIRRORED.back({ x: seen, y }, size)]) {
        if (!contains(bounds, { ...point, ...size })) continue;
        const distance = Math.hypot(point.x - trigger.x - trigger.width - gap, point.y - trigger.y);
        if (best === null || distance < best.distance) best = { point, distance };
      }
    }
  }
  return best;
}

/** All that a widget at this height would have to keep a gap from. */
function rowAt(y: number, { x, width }: { x: number; width: number }, { size, gap }: Search): Rect {
  return { x: x - gap, y: y - gap, width: width + 2 * gap, height: size.height + 2 * gap };
}

/** Moves right from `start` until nothing in the row is in the way; obstacles are passed at a gap's distance. */
function freeRight(rects: readonly Rect[], y: number, start: number, { size, gap }: Search): number {
  const inRow = rects.filter((rect) => rect.y < y + size.height + gap && y - gap < rect.y + rect.height);
  let free = start;
  for (const rect of inRow.sort((one, other) => one.x - other.x)) {
    // Sorted by their left edges: once one begins beyond the spot, all that follow do.
    if (rect.x >= free + size.width + gap) break;
    free = Math.max(free, rect.x + rect.width + gap);
  }
  return free;
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
