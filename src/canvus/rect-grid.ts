import { overlaps, type Rect } from "./geometry.ts";
import { SplitMap } from "./split-map.ts";

/** Sides of squares are so many times as long as what lies in them: a rectangle is in four of them at most. */
const SIDE_RATIO = 8;
/** In canvas units. What is smaller is treated as if it were so large. */
const SMALLEST = 16;
/** What is so many sides away from the origin gets larger squares: far out, numbers cannot tell small ones apart. */
const MOST_SIDES = 1_000_000;

/** A range of squares of one size, the last column and row included. */
interface Squares {
  readonly side: number;
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

/** All squares of one size. */
interface Layer {
  /** Arrays, because of many Maps that grow alike one after the other would have to make room in the same moment. */
  readonly items: Map<number, Item[]>;
  /** Those that anything ever lay in. */
  used: Squares;
}

/**
 * Rectangles by the squares of a canvas that they lie in, so that who looks around in one place need not look at all.
 * Small ones lie in small squares and large ones in large squares: a place is crowded with small ones only.
 */
export class RectGrid {
  readonly #items = new SplitMap<Item>();
  /** By the side of the squares, each twice as long as the one before: there are few. */
  readonly #layers = new Map<number, Layer>();

  set(id: string, rect: Rect): void {
    const known = this.#items.get(id);
    const squares = squaresOf(rect, sideFor(rect));
    if (known && isSame(known.squares, squares)) {
      known.rect = rect;
      return;
    }
    if (known) this.#takeOut(known);
    const item = { id, rect, squares };
    this.#items.set(id, item);
    const { items } = this.#layerWith(squares);
    for (const number of numbersOf(squares)) {
      const there = items.get(number);
      if (there === undefined) items.set(number, [item]);
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
    for (const [side, { items, used }] of this.#layers) {
      const asked = common(squaresOf(area, side), used);
      for (const number of isFew(asked, items.size) ? numbersOf(asked) : items.keys()) {
        for (const { id, rect } of items.get(number) ?? []) {
          if (found.size >= most) return found;
          if (overlaps(rect, area)) found.set(id, rect);
        }
      }
    }
    return found;
  }

  #layerWith(squares: Squares): Layer {
    const known = this.#layers.get(squares.side);
    if (known) {
      known.used = both(known.used, squares);
      return known;
    }
    const layer = { items: new Map(), used: squares };
    this.#layers.set(squares.side, layer);
    return layer;
  }

  #takeOut(item: Item): void {
    const items = this.#layers.get(item.squares.side)?.items;
    for (const number of numbersOf(item.squares)) {
      const there = items?.get(number);
      const last = there?.pop();
      if (there === undefined || last === undefined) continue;
      if (last !== item) there[there.indexOf(item)] = last;
      if (there.length === 0) items?.delete(number);
    }
  }
}

function sideFor({ x, y, width, height }: Rect): number {
  const far = Math.max(Math.abs(x), Math.abs(y)) / MOST_SIDES;
  return SIDE_RATIO * 2 ** Math.ceil(Math.log2(Math.max(SMALLEST, width, height, far)));
}

function squaresOf({ x, y, width, height }: Rect, side: number): Squares {
  return {
    side,
    left: Math.floor(x / side),
    right: Math.floor((x + width) / side),
    top: Math.floor(y / side),
    bottom: Math.floor((y + height) / side),
  };
}

/** False for what is without end, too. */
function isFew({ left, right, top, bottom }: Squares, most: number): boolean {
  return (right - left + 1) * (bottom - top + 1) <= most;
}

function isSame(one: Squares, other: Squares): boolean {
  return (
    one.side === other.side &&
    one.left === other.left &&
    one.right === other.right &&
    one.top === other.top &&
    one.bottom === other.bottom
  );
}

function both(one: Squares, other: Squares): Squares {
  const isInside =
    one.left <= other.left && one.right >= other.right && one.top <= other.top && one.bottom >= other.bottom;
  if (isInside) return one;
  return {
    side: one.side,
    left: Math.min(one.left, other.left),
    right: Math.max(one.right, other.right),
    top: Math.min(one.top, other.top),
    bottom: Math.max(one.bottom, other.bottom),
  };
}

function common(one: Squares, other: Squares): Squares {
  return {
    side: one.side,
    left: Math.max(one.left, other.left),
    right: Math.min(one.right, other.right),
    top: Math.max(one.top, other.top),
    bottom: Math.min(one.bottom, other.bottom),
  };
}

/** Two far from each other may share a number, which costs a look and nothing else. */
function numbersOf({ left, right, top, bottom }: Squares): number[] {
  const numbers: number[] = [];
  for (let column = left; column <= right; column += 1) {
    for (let row = top; row <= bottom; row += 1) numbers.push(column * 65_536 + row);
  }
  return numbers;
}
