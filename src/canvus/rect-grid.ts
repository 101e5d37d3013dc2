import { overlaps, type Rect } from "./geometry.ts";
import { SplitMap } from "./split-map.ts";

/** Side of a square, in canvas units: a 200th of a usual canvas of 9600 × 5400. */
const SQUARE = 512;
/** What covers more squares than this is kept apart: few things are so large. */
const MAX_SQUARES = 64;

interface Item {
  readonly id: string;
  rect: Rect;
  /** Null for one that is kept apart. */
  squares: readonly number[] | null;
}

/** Rectangles by the squares of a canvas that they lie in, so that who looks around in one place need not look at all. */
export class RectGrid {
  readonly #items = new SplitMap<Item>();
  /** Arrays, because of many Maps that grow alike one after the other would have to make room in the same moment. */
  readonly #squares = new Map<number, Item[]>();
  readonly #large = new Set<Item>();

  set(id: string, rect: Rect): void {
    const squares = squaresOf(rect, MAX_SQUARES);
    const known = this.#items.get(id);
    if (known && Bun.deepEquals(known.squares, squares)) {
      known.rect = rect;
      return;
    }
    if (known) this.#takeOut(known);
    const item = { id, rect, squares };
    this.#items.set(id, item);
    if (squares === null) this.#large.add(item);
    for (const square of squares ?? []) {
      const there = this.#squares.get(square);
      if (there === undefined) this.#squares.set(square, [item]);
      else there.push(item);
    }
  }

  delete(id: string): void {
    const item = this.#items.get(id);
    if (item === undefined) return;
    this.#items.delete(id);
    this.#takeOut(item);
  }

  /** Ids and rectangles of all that overlap the area, which may be without end. */
  within(area: Rect): Map<string, Rect> {
    const found = new Map<string, Rect>();
    const squares = squaresOf(area, this.#squares.size) ?? this.#squares.keys();
    const look = (items: Iterable<Item>) => {
      for (const { id, rect } of items) if (overlaps(rect, area)) found.set(id, rect);
    };
    for (const square of squares) look(this.#squares.get(square) ?? []);
    look(this.#large);
    return found;
  }

  #takeOut(item: Item): void {
    this.#large.delete(item);
    for (const square of item.squares ?? []) {
      const there = this.#squares.get(square);
      const last = there?.pop();
      if (there === undefined || last === undefined) continue;
      if (last !== item) there[there.indexOf(item)] = last;
      if (there.length === 0) this.#squares.delete(square);
    }
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
