import type { Rect } from "./geometry.ts";
import type { Size } from "./widget.ts";

/** What reaches into a strip, by left edges, as soon as somebody looks at it. */
interface Strip {
  readonly obstacles: Rect[];
  isSorted: boolean;
}

/**
 * Obstacles by horizontal strips, so that looking through many rows of a crowded canvas visits in each only what lies
 * there.
 */
export class RowIndex {
  readonly #stripHeight: number;
  readonly #strips = new Map<number, Strip>();

  /** @param within obstacles outside of it cannot matter and are left out. */
  constructor(rects: readonly Rect[], within: Rect, stripHeight: number) {
    this.#stripHeight = stripHeight;
    const bottom = within.y + within.height;
    for (const rect of rects) {
      if (rect.y > bottom || rect.y + rect.height < within.y) continue;
      const last = this.#stripOf(Math.min(rect.y + rect.height, bottom));
      for (let number = this.#stripOf(Math.max(rect.y, within.y)); number <= last; number += 1) {
        const strip = this.#strips.get(number);
        if (strip === undefined) this.#strips.set(number, { obstacles: [rect], isSorted: false });
        else strip.obstacles.push(rect);
      }
    }
  }

  /**
   * Moves a rectangle right from `x` along the row at `y` until it keeps `gap` from every obstacle, or until it is
   * beyond `end`.
   *
   * @returns the x it ends up at.
   */
  slideRight(
    row: { readonly y: number; readonly size: Size; readonly gap: number },
    x: number,
    end: number,
  ): number {
    const top = row.y - row.gap;
    const bottom = row.y + row.size.height + row.gap;
    const strips: { readonly obstacles: readonly Rect[]; next: number }[] = [];
    for (let number = this.#stripOf(top); number <= this.#stripOf(bottom); number += 1) {
      const obstacles = this.#sorted(number);
      if (obstacles !== undefined) strips.push({ obstacles, next: 0 });
    }
    let free = x;
    for (let moved = true; moved && free <= end; ) {
      moved = false;
      for (const strip of strips) {
        for (let rect = strip.obstacles[strip.next]; rect !== undefined; rect = strip.obstacles[strip.next]) {
          if (rect.x >= free + row.size.width + row.gap) break;
          strip.next += 1;
          const passed = rect.x + rect.width + row.gap;
          if (passed <= free || rect.y >= bottom || rect.y + rect.height <= top) continue;
          free = passed;
          moved = true;
        }
      }
    }
    return free;
  }

  #sorted(number: number): readonly Rect[] | undefined {
    const strip = this.#strips.get(number);
    if (strip && !strip.isSorted) strip.obstacles.sort((one, other) => one.x - other.x);
    if (strip) strip.isSorted = true;
    return strip?.obstacles;
  }

  #stripOf(y: number): number {
    return Math.floor(y / this.#stripHeight);
  }
}
