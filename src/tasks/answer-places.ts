import type { CanvasState } from "../canvus/canvas-state.ts";
import { chainToTop, type Geometry, geometryOf, overlaps, type Rect } from "../canvus/geometry.ts";
import { type Occupied, placeBeside } from "../canvus/placement.ts";
import type { Point, Size, Widget } from "../canvus/widget.ts";

/** Types that lie under everything, or nowhere: answers may lie on them. */
const NO_OBSTACLES = new Set(["SharedCanvas", "CanvasBackground", "Anchor", "Connector", "Annotation"]);

/** Side in units of a square as large as a page beside which notes of scale 1 read well (595 × 842 points). */
const USUAL_PAGE = 700;
const SMALLEST_SCALE = 0.7;
const LARGEST_SCALE = 3;

/** An answer being made: whose it is, beside what it belongs, and the note or picture itself once it exists. */
export interface PlacedAnswer {
  readonly correlationId: string;
  /** The question, or what it is about. */
  readonly anchor: Widget;
  readonly answerId: string | null;
}

export interface Place {
  /** In canvas units. */
  readonly point: Point;
  /** False when the note stands there already. */
  readonly moves: boolean;
}

interface Taken {
  readonly rect: Rect;
  /** Every place the answer was ever given, or was found at: a note that stands elsewhere was moved by people. */
  readonly given: readonly Point[];
  /** People moved it: it is theirs to place. */
  readonly isMoved: boolean;
}

/**
 * Hands out places for answers on one canvas. A place is taken the moment it is handed out, so that answers created
 * at the same time, before the stream shows any of them, do not end up on top of each other.
 */
export class AnswerPlaces {
  readonly #state: CanvasState;
  /** By correlation id: one entry per running task. */
  readonly #taken = new Map<string, Taken>();

  constructor(state: CanvasState) {
    this.#state = state;
  }

  /** The scale of a top-level note that fits its anchor, and a depth above all that the anchor lies in. */
  standing(anchor: Widget): { readonly scale: number; readonly depth: number } {
    const ancestors = chainToTop(anchor, this.#lookup);
    return {
      scale: scaleBeside(anchor, geometryOf(anchor, this.#lookup)),
      depth: Math.max(...ancestors.map((widget) => widget.depth ?? 0)) + 1,
    };
  }

  /**
   * A free place for an answer of this size (in its own units). One that stands already stays where it is as long as
   * it does not grow over something new; where people moved it to, it stays in any case.
   */
  take(answer: PlacedAnswer, size: Size): Place {
    const { correlationId } = answer;
    const geometry = geometryOf(answer.anchor, this.#lookup);
    const { rect } = geometry;
    const scale = scaleBeside(answer.anchor, geometry);
    const drawn = { width: size.width * scale, height: size.height * scale };
    const occupied = (area: Rect, most?: number) => this.#occupied(answer, area, most);
    const taken = this.#taken.get(correlationId);
    const shown = this.#shown(answer);
    const isMoved = taken !== undefined && (taken.isMoved || isElsewhere(shown, taken.given));
    // The live picture may still show an earlier place; unless people moved it, what was handed out last counts.
    const at = isMoved ? (shown ?? taken.rect) : (taken?.rect ?? shown);
    const stays = at !== null && (isMoved || !growsOver(at, drawn, occupied));
    const { x, y } = stays ? at : placeBeside(rect, drawn, occupied, this.#canvas());
    const before = taken?.given ?? [];
    const given = isElsewhere({ x, y, ...drawn }, before) ? [...before, { x, y }] : before;
    this.#taken.set(correlationId, { rect: { x, y, ...drawn }, given, isMoved });
    return { point: { x, y }, moves: !stays };
  }

  release(correlationId: string): void {
    this.#taken.delete(correlationId);
  }

  #shown({ answerId }: PlacedAnswer): Rect | null {
    const note = answerId === null ? undefined : this.#state.get(answerId);
    return note ? geometryOf(note, this.#lookup).rect : null;
  }

  #occupied({ answerId, correlationId }: PlacedAnswer, area: Rect, most?: number): Rect[] {
    const rects: Rect[] = [];
    for (const [id, rect] of this.#state.within(area, most)) {
      if (id !== answerId && !NO_OBSTACLES.has(this.#state.get(id)?.widget_type ?? "")) rects.push(rect);
    }
    for (const [owner, { rect }] of this.#taken) {
      if (owner !== correlationId && overlaps(rect, area)) rects.push(rect);
    }
    return rects;
  }

  readonly #lookup = (id: string): Widget | undefined => this.#state.get(id);

  #canvas(): Rect {
    const root = this.#state.sharedCanvas;
    return { x: 0, y: 0, width: root?.size?.width ?? 0, height: root?.size?.height ?? 0 };
  }
}

/**
 * Beside a note, as large as that note. The scale of other widgets says nothing about text (a photo may be thousands of
 * units wide, at scale 0.1), so beside them a note is as large as their drawing asks for.
 */
function scaleBeside(anchor: Widget, { rect, scale }: Geometry): number {
  if (anchor.widget_type.toLowerCase() === "note") return scale;
  const fitting = Math.sqrt(rect.width * rect.height) / USUAL_PAGE;
  return Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, fitting));
}

function growsOver(at: Rect, size: Size, occupied: Occupied): boolean {
  return occupied({ x: at.x, y: at.y, ...size }).some((rect) => !overlaps(rect, at));
}

/** Servers may round what they store. */
function isElsewhere(shown: Rect | null, given: readonly Point[]): boolean {
  if (shown === null) return false;
  return !given.some((point) => Math.abs(point.x - shown.x) < 1 && Math.abs(point.y - shown.y) < 1);
}
