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
  /** Its neighbours among the children of its parent. */
  before: Entry | undefined;
  after: Entry | undefined;
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
  /**
   * The first child by the id of the parent, which may not be there. The others follow in a chain: of an array of
   * 100,000 the garbage collector would have to look through all of it after every change.
   */
  readonly #firstChildren = new SplitMap<Entry>();
  readonly #connectors = new SplitMap<Widget>();
  readonly #areas = new WidgetAreas(
    (id) => this.get(id),
    (id) => this.#childrenOf(id),
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

  /**
   * Ids and places, in canvas units, of the widgets that overlap the area, which may be without end.
   * @param most for who has no use for more than so many
   */
  within(area: Rect, most = Number.POSITIVE_INFINITY): Map<string, Rect> {
    return this.#areas.within(area, most);
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
      const added: Entry = { widget, before: undefined, after: undefined, snapshot: 0 };
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
    entry.after = this.#firstChildren.get(parent);
    if (entry.after) entry.after.before = entry;
    this.#firstChildren.set(parent, entry);
  }

  #unlink(entry: Entry): void {
    const { before, after, widget } = entry;
    const { parent_id: parent } = widget;
    if (before) before.after = after;
    else if (parent !== undefined && after) this.#firstChildren.set(parent, after);
    else if (parent !== undefined) this.#firstChildren.delete(parent);
    if (after) after.before = before;
    entry.before = undefined;
    entry.after = undefined;
  }

  *#childrenOf(id: string): Generator<Widget> {
    for (let entry = this.#firstChildren.get(id); entry; entry = entry.after) yield entry.widget;
  }

  /** Servers may not report the children of a deleted widget; deleting each one at once keeps cycles harmless. */
  *#deleteTree(update: WidgetUpdate): Generator<WidgetChange | null> {
    const doomed = [update.id];
    for (let id = doomed.pop(); id !== undefined; id = doomed.pop()) {
      for (const child of this.#childrenOf(id)) doomed.push(child.id);
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
