import type { Frame } from "./frame.ts";
import { isComplete, type WidgetUpdate } from "./parse-widget.ts";
import type { Widget, WidgetChange } from "./widget.ts";

/** Widgets that are looked at between two batches of changes: some 0.2 ms of work. */
const BATCH = 100;
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
 * The picture of one canvas, fed with frames. It is pure: frames in, changes out, in batches, so that whoever asks for
 * them may rest in between: a first frame may hold a hundred thousand widgets. All of them have to be asked for, and
 * before the next frame.
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
  applySnapshot(frame: Frame): Generator<WidgetChange[]> {
    return batched(this.#snapshotChanges(frame));
  }

  /** Takes in additions, changes and deletions. */
  applyEvent(frame: Frame): Generator<WidgetChange[]> {
    return batched(this.#eventChanges(frame));
  }

  *#snapshotChanges(frame: Frame): Generator<WidgetChange | null> {
    const present = new Set<string>();
    for (const update of frame.updates) {
      if (update.state === "deleted") continue;
      const known = present.has(update.id);
      present.add(update.id);
      yield this.#upsert(update, known);
    }
    for (const id of [...this.#widgets.keys()]) yield present.has(id) ? null : this.#delete(id, {});
  }

  *#eventChanges(frame: Frame): Generator<WidgetChange | null> {
    // Deletions come last, so that children moved away in the same frame do not go down with their old parent.
    const deletions = new Map<string, WidgetUpdate>();
    for (const update of frame.updates) {
      if (update.state === "deleted") {
        deletions.set(update.id, update);
        continue;
      }
      deletions.delete(update.id);
      yield this.#upsert(update, true);
    }
    for (const update of deletions.values()) {
      if (this.#widgets.has(update.id)) yield* this.#deleteTree(update);
      else this.#counters.unknownDeletions += 1;
    }
  }

  #upsert(update: WidgetUpdate, merge: boolean): WidgetChange | null {
    const previous = this.#widgets.get(update.id);
    if (previous === undefined && this.#widgets.size >= this.#maxWidgets) {
      this.#counters.refused += 1;
      return null;
    }
    const widget = merge && previous !== undefined ? { ...previous, ...update } : update;
    if (!isComplete(widget)) {
      this.#counters.incomplete += 1;
      return null;
    }
    if (previous !== undefined && Bun.deepEquals(previous, widget)) {
      this.#counters.unchanged += 1;
      return null;
    }
    this.#widgets.set(widget.id, widget);
    this.#link(widget, previous);
    return previous === undefined ? { kind: "added", widget } : { kind: "updated", widget, previous };
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
  *#deleteTree(update: WidgetUpdate): Generator<WidgetChange | null> {
    const doomed = [update.id];
    for (let id = doomed.pop(); id !== undefined; id = doomed.pop()) {
      for (const child of this.#children.get(id) ?? []) doomed.push(child);
      yield this.#delete(id, id === update.id ? update : {});
    }
  }

  #delete(id: string, last: Partial<Widget>): WidgetChange | null {
    const previous = this.#widgets.get(id);
    if (previous === undefined) return null;
    this.#widgets.delete(id);
    this.#unlink(previous);
    if (this.#sharedCanvasId === id) this.#sharedCanvasId = undefined;
    return { kind: "deleted", widget: { ...previous, ...last, state: "deleted" }, previous };
  }
}

function* batched(looks: Iterable<WidgetChange | null>): Generator<WidgetChange[]> {
  let changes: WidgetChange[] = [];
  let looked = 0;
  for (const change of looks) {
    if (change !== null) changes.push(change);
    looked += 1;
    if (looked % BATCH !== 0) continue;
    yield changes;
    changes = [];
  }
  if (changes.length > 0) yield changes;
}
