import type { ChangeOrigin } from "../canvus/canvas-watcher.ts";
import type { Widget, WidgetChange } from "../canvus/widget.ts";
import type { CanvasEventInsert } from "../storage/schema.ts";
import type { RecordTelemetry } from "../storage/telemetry-row.ts";
import type { Timers } from "../timers.ts";

/** Updates of one widget within this time are one row: dragging a note brings dozens a second. */
const GATHER_MS = 5000;
/** Rows for a lively minute at once (a pasted board), then so many a second: at most 3 million in the usual 7 days. */
const BURST_ROWS = 1000;
const ROWS_PER_SECOND = 5;

interface Gathered {
  readonly row: CanvasEventInsert;
  readonly fields: Set<string>;
  changes: number;
}

export interface CanvasEventRecorderOptions {
  readonly record: RecordTelemetry;
  /** The prompt whose answer the widget is; null for what people made. */
  readonly correlationOf: (widget: Widget) => string | null;
  readonly timers: Timers;
}

/**
 * Records what happens on the canvases: widgets added, updated, deleted; never their texts. What is there when a
 * canvas is first seen is no event. Its rate is bounded; what was not recorded is counted.
 */
export class CanvasEventRecorder {
  readonly #options: CanvasEventRecorderOptions;
  readonly #gathered = new Map<string, Gathered>();
  #room = BURST_ROWS;
  #filledAt: number;
  #dropped = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: CanvasEventRecorderOptions) {
    this.#options = options;
    this.#filledAt = options.timers.monotonicNow();
  }

  /** Changes that were not recorded because there were too many. */
  get dropped(): number {
    return this.#dropped;
  }

  onChanges(canvasId: string, changes: readonly WidgetChange[], origin: ChangeOrigin): void {
    if (origin === "first-sight") return;
    for (const change of changes) this.#take(canvasId, change);
    if (this.#gathered.size > 0) {
      this.#cancelTimer ??= this.#options.timers.schedule(GATHER_MS, () => this.#flush());
    }
  }

  /** Hands on what has gathered. */
  async stop(): Promise<void> {
    this.#flush();
  }

  #take(canvasId: string, change: WidgetChange): void {
    const key = `${canvasId}/${change.widget.id}`;
    const gathered = this.#gathered.get(key);
    if (gathered && change.kind === "updated") {
      gathered.changes += 1;
      for (const field of changedFields(change)) gathered.fields.add(field);
      return;
    }
    // A deletion must not overtake the updates before it.
    if (gathered) this.#hand(key, gathered);
    if (!this.#takeRoom()) {
      this.#dropped += 1;
      return;
    }
    const row = this.#rowOf(canvasId, change);
    if (change.kind === "updated") {
      this.#gathered.set(key, { row, fields: new Set(changedFields(change)), changes: 1 });
    } else this.#options.record({ table: "canvas_events", row });
  }

  #rowOf(canvasId: string, { kind, widget }: WidgetChange): CanvasEventInsert {
    const { correlationOf, timers } = this.#options;
    return {
      canvas_id: canvasId,
      widget_id: widget.id,
      widget_type: widget.widget_type,
      operation_type: kind,
      correlation_id: correlationOf(widget),
      created_at: new Date(timers.now()).toISOString(),
    };
  }

  #hand(key: string, { row, fields, changes }: Gathered): void {
    this.#gathered.delete(key);
    this.#options.record({
      table: "canvas_events",
      row: { ...row, changes, changed_fields: [...fields].sort().join(",") },
    });
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    for (const [key, gathered] of this.#gathered) this.#hand(key, gathered);
  }

  #takeRoom(): boolean {
    const now = this.#options.timers.monotonicNow();
    const passed = now - this.#filledAt;
    this.#room = Math.min(BURST_ROWS, this.#room + (passed / 1000) * ROWS_PER_SECOND);
    this.#filledAt = now;
    if (this.#room < 1) return false;
    this.#room -= 1;
    return true;
  }
}

function changedFields({ widget, previous }: WidgetChange): string[] {
  if (previous === undefined) return [];
  const names = new Set([...Object.keys(previous), ...Object.keys(widget)]);
  return [...names].filter((name) => !Bun.deepEquals(previous[name], widget[name]));
}
