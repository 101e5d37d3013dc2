import { type Geometry, GeometryIndex, geometryOf, type Rect, type WidgetLookup } from "./geometry.ts";
import { RectGrid } from "./rect-grid.ts";
import type { Widget } from "./widget.ts";

/** Where the widgets of one canvas are, kept up to date: what moves takes along all that lies in it. */
export class WidgetAreas {
  readonly #grid = new RectGrid();
  readonly #lookup: WidgetLookup;
  readonly #childrenOf: (id: string) => Iterable<Widget>;

  constructor(lookup: WidgetLookup, childrenOf: (id: string) => Iterable<Widget>) {
    this.#lookup = lookup;
    this.#childrenOf = childrenOf;
  }

  /**
   * To be called when the lookup knows the widget as it is now.
   * @param previous absent when it is new
   */
  update(widget: Widget, previous?: Widget): void {
    const geometry = geometryOf(widget, this.#lookup);
    this.#grid.set(widget.id, geometry.rect);
    const stays = previous ? isPlacedAlike(widget, previous) : isLikeTheCanvas(geometry);
    if (!stays) this.#updateInside(widget.id);
  }

  /** To be called when the lookup does not know the widget any more. */
  delete(widget: Widget): void {
    this.#grid.delete(widget.id);
    if (!isLikeTheCanvas(geometryOf(widget, this.#lookup))) this.#updateInside(widget.id);
  }

  /** Ids and rectangles, in canvas units, of those that overlap the area, which may be without end; `most` of them. */
  within(area: Rect, most: number): Map<string, Rect> {
    return this.#grid.within(area, most);
  }

  #updateInside(id: string): void {
    const index = new GeometryIndex(this.#lookup);
    const seen = new Set([id]);
    for (const outer of seen) {
      for (const child of this.#childrenOf(outer)) {
        if (seen.has(child.id)) continue;
        seen.add(child.id);
        this.#grid.set(child.id, index.of(child).rect);
      }
    }
  }
}

/** As long as a widget is not there, what lies in it is placed as if on the canvas itself. */
function isLikeTheCanvas({ rect, scale }: Geometry): boolean {
  return rect.x === 0 && rect.y === 0 && scale === 1;
}

function isPlacedAlike(one: Widget, other: Widget): boolean {
  return (
    one.parent_id === other.parent_id &&
    one.scale === other.scale &&
    one.location?.x === other.location?.x &&
    one.location?.y === other.location?.y
  );
}
