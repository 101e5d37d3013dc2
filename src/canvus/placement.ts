import { contains, type Rect } from "./geometry.ts";
import type { Point, Size } from "./widget.ts";

/** Space between widgets, as a part of the trigger's longer side; for triggers without a size, in canvas units. */
const GAP_RATIO = 0.05;
const DEFAULT_GAP = 15;
/** How far, in lengths of the new widget, a spot may be from the trigger and still count as beside it. */
const NEAR = 3;
/** Rows looked at when nothing is free beside the trigger; bounds the time on crowded canvases. */
const MAX_ROWS = 200;

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
export function placeBeside(trigger: Rect, size: Size, occupied: readonly Rect[], canvas: Rect): Point {
  const gap = GAP_RATIO * Math.max(trigger.width, trigger.height) || DEFAULT_GAP;
  const search: Search = { trigger, size, gap };
  const obstacles = [...occupied.filter(hasArea), trigger];
  const bounds = hasArea(canvas) ? canvas : null;
  const near = bestBeside(search, obstacles, bounds, NEAR);
  if (near !== null) return near;
  const withoutBackdrops = obstacles.filter((rect) => rect === trigger || !contains(rect, trigger));
  if (withoutBackdrops.length < obstacles.length) {
    const onBackdrop = bestBeside(search, withoutBackdrops, bounds, NEAR);
    if (onBackdrop !== null) return onBackdrop;
  }
  if (bounds !== null) {
    const anywhere =
      nearestInRows(search, obstacles, bounds) ?? nearestInRows(search, withoutBackdrops, bounds);
    if (anywhere !== null) return anywhere;
  }
  return slideRight(search, trigger.y, trigger.x + trigger.width + gap, obstacles);
}

/** The first of right, below, left, above with a free spot within `near` lengths. */
function bestBeside(
  { trigger, size, gap }: Search,
  obstacles: readonly Rect[],
  bounds: Rect | null,
  near: number,
): Point | null {
  for (const view of [UPRIGHT, TRANSPOSED, MIRRORED, TRANSPOSED_MIRRORED]) {
    const seen = { trigger: view.rect(trigger), size: view.size(size), gap };
    const start = seen.trigger.x + seen.trigger.width + gap;
    const found = slideRight(seen, seen.trigger.y, start, obstacles.map(view.rect));
    if (found.x - start > near * seen.size.width) continue;
    const point = view.back(found, seen.size);
    if (bounds === null || contains(bounds, { ...point, ...size })) return point;
  }
  return null;
}

/** Looks through rows up and down from the trigger, in each to the right and to the left, and takes the nearest. */
function nearestInRows(search: Search, obstacles: readonly Rect[], bounds: Rect): Point | null {
  const { trigger, size, gap } = search;
  const lowest = bounds.y + bounds.height - size.height;
  const step = Math.max((size.height + gap) / 2, bounds.height / MAX_ROWS);
  const mirrored = obstacles.map(MIRRORED.rect);
  let best: Spot | null = null;
  for (let row = 0; row <= MAX_ROWS; row += 1) {
    // A row further away than the best spot cannot hold a better one.
    if (best !== null && (row - 1) * step > best.distance) break;
    for (const wanted of row === 0 ? [trigger.y] : [trigger.y + row * step, trigger.y - row * step]) {
      const y = Math.min(Math.max(wanted, bounds.y), lowest);
      const right = slideRight(search, y, Math.max(trigger.x, bounds.x), obstacles);
      const start = -Math.min(trigger.x, bounds.x + bounds.width - size.width) - size.width;
      const left = MIRRORED.back(slideRight(search, y, start, mirrored), size);
      for (const point of [right, left]) {
        if (!contains(bounds, { ...point, ...size })) continue;
        const distance = Math.hypot(point.x - trigger.x - trigger.width - gap, point.y - trigger.y);
        if (best === null || distance < best.distance) best = { point, distance };
      }
    }
  }
  return best?.point ?? null;
}

/** Moves right from `x` along the row at `y` until nothing is in the way; obstacles are passed at a gap's distance. */
function slideRight({ size, gap }: Search, y: number, x: number, obstacles: readonly Rect[]): Point {
  const inRow = obstacles
    .filter((rect) => rect.y < y + size.height + gap && y - gap < rect.y + rect.height)
    .sort((one, other) => one.x - other.x);
  let free = x;
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
  rect: (rect) => ({ ...rect, x: -rect.x - rect.width }),
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
