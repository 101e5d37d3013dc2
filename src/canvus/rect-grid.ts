import { overlaps, type Rect } from "./geometry.ts";
import { SplitMap } from "./split-map.ts";

/** Side of a square, in canvas units: a 200th of a usual canvas of 9600 × 5400. */
const SQUARE = 512;
/** What covers more squares than this is kept apart: few things are so large. */
const MAX_SQUARES = 64;

interface Item {
  readonly rect: Rect;
  /** Null for one that is kept apart. */
  readonly squares: readonly number[] | null;
}

/** Rectangles by the squares of a canvas that they lie in, so that who looks around in one place need not look at all. */
export class RectGrid {
  readonly #items = new SplitMap<Item>();
  readonly #squares = new Map<number, Map<string, Rect>>();
  readonly #large = new Map<string, Rect>();

  set(id: string, rect: Rect): void {
    const { rect: known } = this.#items.get(id) ?? {};
    if (known && Bun.deepEquals(known, rect)) return;
    this.delete(id);
    const squares = squaresOf(rect, MAX_SQUARES);
    this.#items.set(id, { rect, squares });
    if (squares === null) this.#large.set(id, rect);
    for (const square of squares ?? []) {
      const there = this.#squares.get(square);
      if (there === undefined) this.#squares.set(square, new Map([[id, rect]]));
      else there.set(id, rect);
    }
  }

  delete(id: string): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.delete(id);
    this.#large.delete(id);
    for (const square of item.squares ?? []) {
      const there = this.#squares.get(square);
      there?.delete(id);
      if (there?.size === 0) this.#squares.delete(square);
    }
  }

  /** Ids and rectangles of all that overlap the area, which may be without end. */
  within(area: Rect): Map<string, Rect> {
    const found = new Map<string, Rect>();
    const squares = squaresOf(area, this.#squares.size) ?? this.#squares.keys();
    const look = (rects: ReadonlyMap<string, Rect> | undefined) => {
      for (const [id, rect] of rects ?? []) if (overlaps(rect, area)) found.set(id, rect);
    };
    for (const square of squares) look(this.#squares.get(square));
    look(this.#large);
    return found;
  }
}

/** Numbers of the squares; two far from each other may share one, which costs a look and nothing else. */
function squaresOf({ x, y, width, height }: Rect, most: number): number[] | null {
  const [left, right] = [Math.floor(x / SQUARE), Math.floor((x + width) / SQUARE)];
  const [top, bottom] = [Math.floor(y / SQUARE), Math.floor((y + height) / SQUARE)];
  if (!((right - left + 1) * (bottom - top + 1) <= most)) return null;
  const squares: number[] = [];
  for (let column = left; column <= right; column += 1) {
    for (let row = top; row <= bottom; row += 1) squares.push(column * 65_536 + row);
  }
  return squares;
}
