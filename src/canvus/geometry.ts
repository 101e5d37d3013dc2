import type { Point, Size, Widget } from "./widget.ts";

export interface Rect extends Point, Size {}

/** Where a widget is on the canvas. */
export interface Geometry {
  /** In canvas units, as drawn: all scales are applied. */
  readonly rect: Rect;
  /** Product of the widget's own scale and those of all its ancestors. */
  readonly scale: number;
}

/** How parents are found; unknown ids end the walk upwards. */
export type WidgetLookup = (id: string) => Widget | undefined;

/** A coordinate system: a point p of it lies at `origin + p * scale` on the canvas. */
interface Frame {
  readonly origin: Point;
  readonly scale: number;
}

const CANVAS_FRAME: Frame = { origin: { x: 0, y: 0 }, scale: 1 };

/**
 * Absolute geometry of a widget. `location` is in the parent's unscaled units and scale is cumulative, so the whole
 * chain of parents counts. Missing fields count as place 0/0, size 0 and scale 1; a cycle of parents (the server
 * accepts them) is followed once.
 */
export function geometryOf(widget: Widget, lookup: WidgetLookup): Geometry {
  return inFrame(widget, frameAround(widget, lookup, null));
}

/** Computes many widgets of one canvas; each parent is worked out only once. Use it for one moment, then drop it. */
export class GeometryIndex {
  readonly #lookup: WidgetLookup;
  readonly #frames = new Map<string, Frame>();

  constructor(lookup: WidgetLookup) {
    this.#lookup = lookup;
  }

  of(widget: Widget): Geometry {
    return inFrame(widget, frameAround(widget, this.#lookup, this.#frames));
  }
}

/**
 * The coordinate system a widget's own location is given in: that of its parent.
 * @param known those of parents that were worked out already; more are added
 */
function frameAround(widget: Widget, lookup: WidgetLookup, known: Map<string, Frame> | null): Frame {
  const chain: Widget[] = [];
  // Most widgets lie on the canvas itself and have no chain of parents to get lost in.
  let seen: Set<string> | undefined;
  let frame = CANVAS_FRAME;
  for (let id = widget.parent_id; id !== undefined && id !== "" && id !== widget.id && !seen?.has(id); ) {
    const there = known?.get(id);
    if (there !== undefined) {
      frame = there;
      break;
    }
    const parent = lookup(id);
    if (parent === undefined) break;
    chain.push(parent);
    id = parent.parent_id;
    if (id) seen = (seen ?? new Set()).add(parent.id);
  }
  for (const parent of chain.reverse()) {
    frame = frameInside(frame, parent);
    known?.set(parent.id, frame);
  }
  return frame;
}

/** The coordinate system of a widget's children. */
function frameInside(outer: Frame, widget: Widget): Frame {
  const { x = 0, y = 0 } = widget.location ?? {};
  return {
    origin: { x: outer.origin.x + x * outer.scale, y: outer.origin.y + y * outer.scale },
    scale: outer.scale * ownScale(widget),
  };
}

function inFrame(widget: Widget, around: Frame): Geometry {
  const { origin, scale } = frameInside(around, widget);
  const { width = 0, height = 0 } = widget.size ?? {};
  return { rect: { x: origin.x, y: origin.y, width: width * scale, height: height * scale }, scale };
}

/** The widget itself, its parent, and so on up to the one directly below the root. */
export function chainToTop(widget: Widget, lookup: WidgetLookup): Widget[] {
  const chain = [widget];
  const seen = new Set([widget.id]);
  for (let at = widget; at.parent_id !== undefined && !seen.has(at.parent_id); ) {
    const parent = lookup(at.parent_id);
    if (parent === undefined || parent.widget_type === "SharedCanvas") break;
    seen.add(parent.id);
    chain.push(parent);
    at = parent;
  }
  return chain;
}

export function overlaps(one: Rect, other: Rect): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

export function contains(outer: Rect, inner: Rect): boolean {
  return (
    outer.x <= inner.x &&
    outer.y <= inner.y &&
    outer.x + outer.width >= inner.x + inner.width &&
    outer.y + outer.height >= inner.y + inner.height
  );
}

/** Old servers omit scale, and a scale of 0 or below would fold the widget into nothing. */
function ownScale(widget: Widget): number {
  return widget.scale !== undefined && widget.scale > 0 ? widget.scale : 1;
}
