import type { Frame } from "./frame.ts";
import type { Rect } from "./geometry.ts";
import { isComplete, type WidgetUpdate } from "./parse-widget.ts";
import { SplitMap } from "./split-map.ts";
import type { Widget, WidgetChange } from "./widget.ts";
import { WidgetAreas } from "./widget-areas.ts";

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

interface Entry {
  widget: Widget;
  /** Its place among its siblings. */
  at: number;
  /** The last snapshot that mentioned it; 0 for none. */
  snapshot: number;
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
  readonly #entries = new SplitMap<Entry>();
  /** By the id of their parent, which may not be there. Arrays, because a Set of 100,000 grows for 8 ms at once. */
  readonly #children = new Map<string, Entry[]>();
  readonly #connectors = new Map<string, Widget>();
  readonly #areas = new WidgetAreas(
    (id) => this.get(id),
    (id) => (this.#children.get(id) ?? []).map(({ widget }) => widget),
  );
  readonly #maxWidgets: number;
  #sharedCanvasId: string | undefined;
  #snapshots = 0;
  #counters = { unchanged: 0, incomplete: 0, unknownDeletions: 0, refused: 0 };

  constructor(maxWidgets = MAX_WIDGETS) {
    this.#maxWidgets = maxWidgets;
  }

  get size(): number {
    return this.#entries.size;
  }

  get counters(): CanvasStateCounters {
    return { ...this.#counters };
  }

  /** The root widget; its size is the size of the canvas. Absent before the first snapshot. */
  get sharedCanvas(): Widget | undefined {
    return this.#sharedCanvasId === undefined ? undefined : this.get(this.#sharedCanvasId);
  }

  get(id: string): Widget | undefined {
    return this.#entries.get(id)?.widget;
  }

  /** In no particular order. */
  all(): IterableIterator<Widget> {
    return this.#entries.values().map(({ widget }) => widget);
  }

  /** All connectors, which tell what belongs to what. */
  connectors(): IterableIterator<Widget> {
    return this.#connectors.values();
  }

  /** Ids and places, in canvas units, of all widgets that overlap the area, which may be without end. */
  within(area: Rect): Map<string, Rect> {
    return this.#areas.within(area);
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
    this.#snapshots += 1;
    const current = this.#snapshots;
    for (const update of frame.updates) {
      if (update.state === "deleted") continue;
      yield this.#upsert(update, this.#entries.get(update.id)?.snapshot === current);
      const entry = this.#entries.get(update.id);
      if (entry) entry.snapshot = current;
    }
    for (const { widget, snapshot } of this.#entries.values()) {
      yield snapshot === current ? null : this.#delete(widget.id, {});
    }
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
      if (this.#entries.get(update.id)) yield* this.#deleteTree(update);
      else this.#counters.unknownDeletions += 1;
    }
  }

  #upsert(update: WidgetUpdate, merge: boolean): WidgetChange | null {
    const entry = this.#entries.get(update.id);
    const previous = entry?.widget;
    if (previous === undefined && this.#entries.size >= this.#maxWidgets) {
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
    if (widget.widget_type === "SharedCanvas") this.#sharedCanvasId = widget.id;
    if (widget.widget_type.toLowerCase() === "connector") this.#connectors.set(widget.id, widget);
    if (entry === undefined || previous === undefined) {
      const added = { widget, at: 0, snapshot: 0 };
      this.#entries.set(widget.id, added);
      this.#link(added);
      this.#areas.update(widget);
      return { kind: "added", widget };
    }
    const moves = previous.parent_id !== widget.parent_id;
    if (moves) this.#unlink(entry);
    entry.widget = widget;
    if (moves) this.#link(entry);
    this.#areas.update(widget, previous);
    return { kind: "updated", widget, previous };
  }

  #link(entry: Entry): void {
    const { parent_id: parent } = entry.widget;
    if (parent === undefined || parent === "") return;
    const siblings = this.#children.get(parent);
    if (siblings === undefined) this.#children.set(parent, [entry]);
    entry.at = siblings === undefined ? 0 : siblings.push(entry) - 1;
  }

  #unlink({ widget: { parent_id: parent }, at }: Entry): void {
    const siblings = this.#children.get(parent ?? "");
    const last = siblings?.pop();
    if (parent === undefined || siblings === undefined || last === undefined) return;
    if (siblings.length === 0) this.#children.delete(parent);
    if (at === siblings.length) return;
    siblings[at] = last;
    last.at = at;
  }

  /** Servers may not report the children of a deleted widget; deleting each one at once keeps cycles harmless. */
  *#deleteTree(update: WidgetUpdate): Generator<WidgetChange | null> {
    const doomed = [update.id];
    for (let id = doomed.pop(); id !== undefined; id = doomed.pop()) {
      for (const { widget } of this.#children.get(id) ?? []) doomed.push(widget.id);
      yield this.#delete(id, id === update.id ? update : {});
    }
  }

  #delete(id: string, last: Partial<Widget>): WidgetChange | null {
    const entry = this.#entries.get(id);
    if (entry === undefined) return null;
    this.#entries.delete(id);
    this.#connectors.delete(id);
    this.#unlink(entry);
    this.#areas.delete(entry.widget);
    if (this.#sharedCanvasId === id) this.#sharedCanvasId = undefined;
    const previous = entry.widget;
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
