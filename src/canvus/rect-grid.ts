import { overlaps, type Rect } from "./geometry.ts";
import { SplitMap } from "./split-map.ts";

/** Side of a square, in canvas units: a 200th of a usual canvas of 9600 × 5400. */
const SQUARE = 512;
/** What covers more squares than this is kept apart: few things are so large. */
const MAX_SQUARES = 64;

/** The squares of an area, the last column and row included. */
interface Squares {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

interface Item {
  readonly id: string;
  rect: Rect;
  readonly squares: Squares;
}

/** Rectangles by the squares of a canvas that they lie in, so that who looks around in one place need not look at all. */
export class RectGrid {
  readonly #items = new SplitMap<Item>();
  /** Arrays, because of many Maps that grow alike one after the other would have to make room in the same moment. */
  readonly #squares = new Map<number, Item[]>();
  readonly #large = new Set<Item>();
  /** All squares that anything ever lay in. */
  #used: Squares = { left: 0, right: 0, top: 0, bottom: 0 };

  set(id: string, rect: Rect): void {
    const known = this.#items.get(id);
    const squares = squaresOf(rect);
    if (known && isSame(known.squares, squares)) {
      known.rect = rect;
      return;
    }
    if (known) this.#takeOut(known);
    const item = { id, rect, squares };
    this.#items.set(id, item);
    if (!isFew(squares, MAX_SQUARES)) {
      this.#large.add(item);
      return;
    }
    this.#used = both(this.#used, squares);
    for (const square of numbersOf(squares)) {
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

  /**
   * Ids and rectangles of those that overlap the area, which may be without end.
   * @param most it finds no more than so many of them
   */
  within(area: Rect, most: number): Map<string, Rect> {
    const found = new Map<string, Rect>();
    const asked = common(squaresOf(area), this.#used);
    const squares = isFew(asked, this.#squares.size) ? numbersOf(asked) : this.#squares.keys();
    for (const items of this.#itemsIn(squares)) {
      for (const { id, rect } of items) {
        if (found.size >= most) return found;
        if (overlaps(rect, area)) found.set(id, rect);
      }
    }
    return found;
  }

  *#itemsIn(squares: Iterable<number>): Generator<Iterable<Item>> {
    yield this.#large;
    for (const square of squares) yield this.#squares.get(square) ?? [];
  }

  #takeOut(item: Item): void {
    if (this.#large.delete(item)) return;
    for (const square of numbersOf(item.squares)) {
      const there = this.#squares.get(square);
      const last = there?.pop();
      if (there === undefined || last === undefined) continue;
      if (last !== item) there[there.indexOf(item)] = last;
      if (there.length === 0) this.#squares.delete(square);
    }
  }
}

function squaresOf({ x, y, width, height }: Rect): Squares {
  return {
    left: Math.floor(x / SQUARE),
    right: Math.floor((x + width) / SQUARE),
    top: Math.floor(y / SQUARE),
    bottom: Math.floor((y + height) / SQUARE),
  };
}

/** What is without end is not few, nor what is so far away that numbers cannot tell one square from the next. */
function isFew({ left, right, top, bottom }: Squares, most: number): boolean {
  const isNear = [left, right, top, bottom].every(Number.isSafeInteger);
  return isNear && (right - left + 1) * (bottom - top + 1) <= most;
}

function isSame(one: Squares, other: Squares): boolean {
  return (
    one.left === other.left &&
    one.right === other.right &&
    one.top === other.top &&
    one.bottom === other.bottom
  );
}

function both(one: Squares, other: Squares): Squares {
  return {
    left: Math.min(one.left, other.left),
    right: Math.max(one.right, other.right),
    top: Math.min(one.top, other.top),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

function common(one: Squares, other: Squares): Squares {
  return {
    left: Math.max(one.left, other.left),
    right: Math.min(one.right, other.right),
    top: Math.max(one.top, other.top),
    bottom: Math.min(one.bottom, other.bottom),
  };
}

/** Numbers of the squares; two far from each other may share one, which costs a look and nothing else. */
function numbersOf({ left, right, top, bottom }: Squares): number[] {
  const numbers: number[] = [];
  for (let column = left; column <= right; column += 1) {
    for (let row = top; row <= bottom; row += 1) numbers.push(column * 65_536 + row);
  }
  return numbers;
}
