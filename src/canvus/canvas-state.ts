import type { Frame } from "./frame.ts";
import { isComplete, type WidgetUpdate } from "./parse-widget.ts";
import type { Widget, WidgetChange } from "./widget.ts";

/** More widgets than any canvas has; further ones are refused and counted, so a mad server cannot fill the memory. */
const MAX_WIDGETS = 500_000;

export interface CanvasStateCounters {
  /** Frames that changed nothing about a widget we knew. */
  readonly unchanged: number;
  /** Partial updates of widgets nobody told us about. */
  readonly incomplete: number;
  /** Deletions of widgets we did not know, for example of children dropped with their parent. */
  readonly unknownDeletions: number;
  /** Widgets not taken in because of the limit. */
  readonly refused: number;
}

/**
 * The picture of one canvas, fed with frames. It is pure: frames in, changes out.
 *
 * | frame            | widget known           | widget unknown        | not mentioned |
 * |------------------|------------------------|-----------------------|---------------|
 * | event, normal    | merged → updated       | added                 | stays         |
 * | event, deleted   | deleted + descendants  | ignored               | stays         |
 * | snapshot, normal | replaced → updated     | added                 | deleted       |
 *
 * A widget that came out equal gives no change.
 */
export class CanvasState {
  readonly #widgets = new Map<string, Widget>();
  readonly #children = new Map<string, Set<string>>();
  readonly #maxWidgets: number;
  #sharedCanvasId: string | undefined;
  #counters = { unchanged: 0, incomplete: 0, unknownDeletions: 0, refused: 0 };

  constructor(maxWidgets = MAX_WIDGETS) {
    this.#maxWidgets = maxWidgets;
  }

  get size(): number {
    return this.#widgets.size;
  }

  get counters(): CanvasStateCounters {
    return { ...this.#counters };
  }

  /** The root widget; its size is the size of the canvas. Absent before the first snapshot. */
  get sharedCanvas(): Widget | undefined {
    return this.#sharedCanvasId === undefined ? undefined : this.#widgets.get(this.#sharedCanvasId);
  }

  get(id: string): Widget | undefined {
    return this.#widgets.get(id);
  }

  all(): IterableIterator<Widget> {
    return this.#widgets.values();
  }

  /** Takes in the whole state of the canvas: what it does not mention is gone. */
  applySnapshot(frame: Frame): WidgetChange[] {
    const changes: WidgetChange[] = [];
    const present = new Set<string>();
    for (const update of frame.updates) {
      if (update.state === "deleted") continue;
      const known = present.has(update.id);
      present.add(update.id);
      this.#upsert(update, known, changes);
    }
    for (const id of [...this.#widgets.keys()]) {
      if (!present.has(id)) this.#delete(id, {}, changes);
    }
    return changes;
  }

  /** Takes in additions, changes and deletions. */
  applyEvent(frame: Frame): WidgetChange[] {
    const changes: WidgetChange[] = [];
    // Deletions come last, so that children moved away in the same frame do not go down with their old parent.
    const deletions = new Map<string, WidgetUpdate>();
    for (const update of frame.updates) {
      if (update.state === "deleted") {
        deletions.set(update.id, update);
        continue;
      }
      deletions.delete(update.id);
      this.#upsert(update, true, changes);
    }
    for (const update of deletions.values()) {
      if (this.#widgets.has(update.id)) this.#deleteTree(update, changes);
      else this.#counters.unknownDeletions += 1;
    }
    return changes;
  }

  #upsert(update: WidgetUpdate, merge: boolean, changes: WidgetChange[]): void {
    const previous = this.#widgets.get(update.id);
    if (previous === undefined && this.#widgets.size >= this.#maxWidgets) {
      this.#counters.refused += 1;
      return;
    }
    const widget = merge && previous !== undefined ? { ...previous, ...update } : update;
    if (!isComplete(widget)) {
      this.#counters.incomplete += 1;
      return;
    }
    if (previous !== undefined && Bun.deepEquals(previous, widget)) {
      this.#counters.unchanged += 1;
      return;
    }
    this.#widgets.set(widget.id, widget);
    this.#link(widget, previous);
    changes.push(previous === undefined ? { kind: "added", widget } : { kind: "updated", widget, previous });
  }

  #link(widget: Widget, previous: Widget | undefined): void {
    if (widget.widget_type === "SharedCanvas") this.#sharedCanvasId = widget.id;
    if (previous?.parent_id === widget.parent_id) return;
    if (previous !== undefined) this.#unlink(previous);
    if (widget.parent_id === undefined || widget.parent_id === "") return;
    const siblings = this.#children.get(widget.parent_id);
    if (siblings === undefined) this.#children.set(widget.parent_id, new Set([widget.id]));
    else siblings.add(widget.id);
  }

  #unlink(widget: Widget): void {
    if (widget.parent_id === undefined) return;
    const siblings = this.#children.get(widget.parent_id);
    siblings?.delete(widget.id);
    if (siblings?.size === 0) this.#children.delete(widget.parent_id);
  }

  /** Servers may not report the children of a deleted widget; deleting each one at once keeps cycles harmless. */
  #deleteTree(update: WidgetUpdate, changes: WidgetChange[]): void {
    const doomed = [update.id];
    for (let id = doomed.pop(); id !== undefined; id = doomed.pop()) {
      doomed.push(...(this.#children.get(id) ?? []));
      this.#delete(id, id === update.id ? update : {}, changes);
    }
  }

  #delete(id: string, last: Partial<Widget>, changes: WidgetChange[]): void {
    const previous = this.#widgets.get(id);
    if (previous === undefined) return;
    this.#widgets.delete(id);
    this.#unlink(previous);
    if (this.#sharedCanvasId === id) this.#sharedCanvasId = undefined;
    changes.push({ kind: "deleted", widget: { ...previous, ...last, state: "deleted" }, previous });
  }
}
