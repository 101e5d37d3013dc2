import type { CanvasState } from "../canvus/canvas-state.ts";
import { chainToTop, GeometryIndex, geometryOf, overlaps, type Rect } from "../canvus/geometry.ts";
import { placeBeside } from "../canvus/placement.ts";
import type { Point, Size, Widget } from "../canvus/widget.ts";

/** Types that lie under everything, or nowhere: answers may lie on them. */
const NO_OBSTACLES = new Set(["SharedCanvas", "CanvasBackground", "Anchor", "Connector", "Annotation"]);

/** A note being written: whose it is, beside what it belongs, and the note itself once it exists. */
export interface PlacedAnswer {
  readonly correlationId: string;
  readonly trigger: Widget;
  readonly answerId: string | null;
}

/**
 * Hands out places for answers on one canvas. A place is taken the moment it is handed out, so that answers created
 * at the same time, before the stream shows any of them, do not end up on top of each other.
 */
export class AnswerPlaces {
  readonly #state: CanvasState;
  /** By correlation id: one entry per running task. */
  readonly #taken = new Map<string, Rect>();

  constructor(state: CanvasState) {
    this.#state = state;
  }

  /** The scale of a top-level note that looks as large as the trigger, and a depth above all the trigger lies in. */
  standing(trigger: Widget): { readonly scale: number; readonly depth: number } {
    const ancestors = chainToTop(trigger, this.#lookup);
    return {
      scale: geometryOf(trigger, this.#lookup).scale,
      depth: Math.max(...ancestors.map((widget) => widget.depth ?? 0)) + 1,
    };
  }

  /**
   * A free place for an answer of this size (in its own units), in canvas units. One that stands already stays where
   * it is, also where people moved it to, as long as it has room there.
   */
  take(answer: PlacedAnswer, size: Size): Point {
    const index = new GeometryIndex(this.#lookup);
    const { rect, scale } = index.of(answer.trigger);
    const drawn = { width: size.width * scale, height: size.height * scale };
    const occupied = this.#occupied(answer, index);
    const place =
      this.#current(answer, drawn, occupied) ?? placeBeside(rect, drawn, occupied, this.#canvas());
    this.#taken.set(answer.correlationId, { x: place.x, y: place.y, ...drawn });
    return { x: place.x, y: place.y };
  }

  release(correlationId: string): void {
    this.#taken.delete(correlationId);
  }

  #current({ answerId, correlationId }: PlacedAnswer, size: Size, occupied: readonly Rect[]): Point | null {
    const note = answerId === null ? undefined : this.#state.get(answerId);
    const at = note ? geometryOf(note, this.#lookup).rect : this.#taken.get(correlationId);
    if (!at) return null;
    const grown = { x: at.x, y: at.y, ...size };
    return occupied.some((rect) => overlaps(rect, grown)) ? null : grown;
  }

  #occupied({ answerId, correlationId }: PlacedAnswer, index: GeometryIndex): Rect[] {
    const rects: Rect[] = [];
    for (const widget of this.#state.all()) {
      if (widget.id !== answerId && !NO_OBSTACLES.has(widget.widget_type)) rects.push(index.of(widget).rect);
    }
    for (const [owner, rect] of this.#taken) if (owner !== correlationId) rects.push(rect);
    return rects;
  }

  readonly #lookup = (id: string): Widget | undefined => this.#state.get(id);

  #canvas(): Rect {
    const root = this.#state.sharedCanvas;
    return { x: 0, y: 0, width: root?.size?.width ?? 0, height: root?.size?.height ?? 0 };
  }
}
