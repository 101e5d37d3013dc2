import type { Rect } from "./geometry.ts";
import type { Size } from "./widget.ts";

/**
 * Obstacles sorted into horizontal strips, so that looking through many rows of a crowded canvas visits in each only
 * what lies there.
 */
export class RowIndex {
  readonly #stripHeight: number;
  /** Strip number → obstacles that reach into it, by their left edges. */
  readonly #strips = new Map<number, Rect[]>();

  /** @param within obstacles outside of it cannot matter and are left out. */
  constructor(rects: readonly Rect[], within: Rect, stripHeight: number) {
    this.#stripHeight = stripHeight;
    const bottom = within.y + within.height;
    for (const rect of [...rects].sort((one, other) => one.x - other.x)) {
      if (rect.y > bottom || rect.y + rect.height < within.y) continue;
      const last = this.#stripOf(Math.min(rect.y + rect.height, bottom));
      for (let strip = this.#stripOf(Math.max(rect.y, within.y)); strip <= last; strip += 1) {
        const obstacles = this.#strips.get(strip);
        if (obstacles === undefined) this.#strips.set(strip, [rect]);
        else obstacles.push(rect);
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
    for (let strip = this.#stripOf(top); strip <= this.#stripOf(bottom); strip += 1) {
      const obstacles = this.#strips.get(strip);
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

  #stripOf(y: number): number {
    return Math.floor(y / this.#stripHeight);
  }
}
