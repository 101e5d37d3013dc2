import type { Point, Widget } from "../../canvus/widget.ts";
import { ANSWER_ROOM, isAsking } from "./note-kinds.ts";

/** Where a widget is on the canvas: its upper-left corner, and what its own units are multiplied by. */
export interface Placement extends Point {
  readonly scale: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BoardChange {
  readonly added: readonly Widget[];
  readonly updated: readonly Widget[];
  readonly removed: readonly Widget[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The widgets as the stream tells of them. */
export class BoardModel {
  #widgets = new Map<string, Widget>();
  background: Readonly<Record<string, unknown>> = {};

  get widgets(): readonly Widget[] {
    return [...this.#widgets.values()];
  }

  find(id: string): Widget | undefined {
    return this.#widgets.get(id);
  }

  /** @param complete true when the items are everything there is, so that what is missing is gone */
  apply(items: readonly unknown[], complete: boolean): BoardChange {
    const added: Widget[] = [];
    const updated: Widget[] = [];
    const removed: Widget[] = [];
    const unseen = new Set(complete ? this.#widgets.keys() : []);
    for (const item of items) {
      if (!isRecord(item)) continue;
      if (item.widget_type === "CanvasBackground") this.background = item;
      const { id } = item;
      if (typeof id !== "string") continue;
      unseen.delete(id);
      const known = this.#widgets.get(id);
      if (item.state === "deleted") {
        if (known !== undefined) removed.push(known);
        this.#widgets.delete(id);
        continue;
      }
      const widget: Widget = { widget_type: "", ...known, ...item, id };
      this.#widgets.set(id, widget);
      (known === undefined ? added : updated).push(widget);
    }
    for (const id of unseen) {
      const gone = this.#widgets.get(id);
      if (gone !== undefined) removed.push(gone);
      this.#widgets.delete(id);
    }
    return { added, updated, removed };
  }

  /** Shows a change before the server confirms it. */
  override(id: string, fields: Partial<Widget>): void {
    const widget = this.#widgets.get(id);
    if (widget !== undefined) this.#widgets.set(id, { ...widget, ...fields });
  }

  placement(widget: Widget): Placement {
    const path = this.#ancestors(widget).reverse();
    let at: Placement = { x: 0, y: 0, scale: 1 };
    for (const { location, scale } of [...path, widget]) {
      at = {
        x: at.x + at.scale * (location?.x ?? 0),
        y: at.y + at.scale * (location?.y ?? 0),
        scale: at.scale * (scale ?? 1),
      };
    }
    return at;
  }

  rect(widget: Widget): Rect {
    const { x, y, scale } = this.placement(widget);
    return { x, y, width: (widget.size?.width ?? 0) * scale, height: (widget.size?.height ?? 0) * scale };
  }

  /** The scale that the widget's own location is measured in. */
  parentScale(widget: Widget): number {
    return this.placement(widget).scale / (widget.scale ?? 1);
  }

  /** Where a new widget should not go: on others (regions do not count), or where an answer is about to appear. */
  occupiedRects(): readonly Rect[] {
    const solid = this.widgets.filter(
      (w) => w.parent_id !== "" && w.size !== undefined && w.widget_type !== "Anchor",
    );
    return solid.map((widget) => this.#rectWithAnswer(widget));
  }

  /** Smallest rectangle around everything placed on the canvas, answers to come included; undefined when there is nothing. */
  contentRect(): Rect | undefined {
    const rects = this.widgets
      .filter((w) => w.size !== undefined && w.parent_id !== "")
      .map((w) => this.rect(w));
    if (rects.length === 0) return undefined;
    const x = Math.min(...rects.map((r) => r.x));
    const y = Math.min(...rects.map((r) => r.y));
    const right = Math.max(...rects.map((r) => r.x + r.width));
    const bottom = Math.max(...rects.map((r) => r.y + r.height));
    return { x, y, width: right - x, height: bottom - y };
  }

  /** Ids from back to front: siblings by depth, children in front of their parent. */
  paintOrder(): readonly string[] {
    const children = Map.groupBy(this.widgets, (widget) => widget.parent_id ?? "");
    const order: string[] = [];
    const visited = new Set<string>();
    const visit = (parent: string) => {
      const siblings = children.get(parent) ?? [];
      for (const { id } of siblings.toSorted((a, b) => (a.depth ?? 0) - (b.depth ?? 0))) {
        if (visited.has(id)) continue;
        visited.add(id);
        order.push(id);
        visit(id);
      }
    };
    visit("");
    return order;
  }

  #rectWithAnswer(widget: Widget): Rect {
    const rect = this.rect(widget);
    return isAsking(widget) ? { ...rect, width: rect.width + ANSWER_ROOM } : rect;
  }

  #ancestors(widget: Widget): Widget[] {
    const path: Widget[] = [];
    // Canvus accepts circles of parents.
    const visited = new Set([widget.id]);
    let parent = this.#widgets.get(widget.parent_id ?? "");
    while (parent !== undefined && !visited.has(parent.id)) {
      visited.add(parent.id);
      path.push(parent);
      parent = this.#widgets.get(parent.parent_id ?? "");
    }
    return path;
  }
}
