import { customAlphabet } from "nanoid";
import type { Timers } from "../canvus/timers.ts";
import type { WidgetChange } from "../canvus/widget.ts";
import type { Logger } from "../observability/logger.ts";
import type { Journal } from "../storage/storage.ts";
import { withStatus } from "../triggers/our-marks.ts";
import { contentHash, detectTrigger, type Trigger } from "../triggers/trigger.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import { Settler } from "./settler.ts";
import type { Task } from "./task.ts";

/** Read from a note and typed into a search field by people: no characters that look alike. 31^12 are enough. */
const newCorrelationId = customAlphabet("23456789abcdefghjkmnpqrstuvwxyz", 12);

/** What the intake needs to know of the tasks that are under way. */
export interface TaskDesk {
  isKnown(canvasId: string, widgetId: string, contentHash: string): boolean;
  hasRoom(canvasId: string): boolean;
  enqueue(task: Task): void;
}

/**
 * From changes on the canvases to journalled tasks: waits until a question is typed, and takes it when there is room.
 * A question that finds the queue full stays on its canvas, which is the overflow of the queue.
 */
export class Intake {
  readonly #journal: Journal;
  readonly #boards: ReadonlyMap<string, CanvasBoard>;
  readonly #desk: TaskDesk;
  readonly #logger: Logger;
  readonly #timers: Timers;
  readonly #settler: Settler;
  /** Notes that found the queue full and were told so; bounded by the notes on the canvases. */
  readonly #overflowed = new Map<string, { readonly canvasId: string; readonly widgetId: string }>();
  #open = true;

  constructor(options: {
    readonly settleMs: number;
    readonly journal: Journal;
    readonly boards: ReadonlyMap<string, CanvasBoard>;
    readonly desk: TaskDesk;
    readonly timers: Timers;
    readonly logger: Logger;
  }) {
    this.#journal = options.journal;
    this.#boards = options.boards;
    this.#desk = options.desk;
    this.#logger = options.logger;
    this.#timers = options.timers;
    this.#settler = new Settler(options);
  }

  /** Prompts that are waiting on a canvas because the queue is full. */
  get overflow(): number {
    return this.#overflowed.size;
  }

  stop(): void {
    this.#open = false;
    this.#settler.stop();
  }

  onChanges(canvasId: string, changes: readonly WidgetChange[]): void {
    for (const { kind, widget } of changes) {
      if (kind === "deleted") this.#forget(canvasId, widget.id);
      else this.#consider(canvasId, widget.id);
    }
  }

  /** There is room again: those that found the queue full get their turn, as many as there is room for. */
  onRoom(): void {
    for (const [key, { canvasId, widgetId }] of this.#overflowed) {
      if (!this.#desk.hasRoom(canvasId)) continue;
      this.#overflowed.delete(key);
      this.#take(canvasId, widgetId);
    }
  }

  #forget(canvasId: string, widgetId: string): void {
    const key = keyOf(canvasId, widgetId);
    this.#settler.forget(key);
    this.#overflowed.delete(key);
  }

  #consider(canvasId: string, widgetId: string): void {
    const trigger = this.#triggerOf(canvasId, widgetId);
    if (!trigger || this.#desk.isKnown(canvasId, widgetId, contentHash(trigger))) {
      this.#forget(canvasId, widgetId);
      return;
    }
    const key = keyOf(canvasId, widgetId);
    if (this.#overflowed.has(key)) return;
    this.#settler.touch(key, trigger.content, () => this.#take(canvasId, widgetId));
  }

  #triggerOf(canvasId: string, widgetId: string): Trigger | null {
    const widget = this.#boards.get(canvasId)?.state.get(widgetId);
    return widget ? detectTrigger(widget) : null;
  }

  #take(canvasId: string, widgetId: string): void {
    this.#accept(canvasId, widgetId).catch((error) => {
      const source = "tasks/intake.ts:take";
      const fields = { source, canvas_id: canvasId, widget_id: widgetId, error };
      this.#logger.error("a prompt could not be accepted", fields);
    });
  }

  /** Journals the question, then hands it on. The canvas is not touched before the journal has it. */
  async #accept(canvasId: string, widgetId: string): Promise<void> {
    const trigger = this.#triggerOf(canvasId, widgetId);
    if (!this.#open || !trigger) return;
    const hash = contentHash(trigger);
    if (this.#desk.isKnown(canvasId, widgetId, hash)) return;
    if (!this.#desk.hasRoom(canvasId)) {
      await this.#sayFull(canvasId, widgetId);
      return;
    }
    const task: Task = {
      correlationId: newCorrelationId(),
      canvasId,
      widgetId,
      operation: trigger.operation,
      prompt: trigger.prompt,
      contentHash: hash,
      createdAt: this.#timers.now(),
      stage: "queued",
      answerId: null,
      recovered: false,
    };
    const begun = await this.#journal.begin({
      correlation_id: task.correlationId,
      canvas_id: canvasId,
      widget_id: widgetId,
      operation_type: task.operation,
      prompt: task.prompt,
      content_hash: hash,
      status: "pending",
      stage: task.stage,
      created_at: new Date(task.createdAt).toISOString(),
    });
    if (begun) this.#desk.enqueue(task);
  }

  async #sayFull(canvasId: string, widgetId: string): Promise<void> {
    this.#overflowed.set(keyOf(canvasId, widgetId), { canvasId, widgetId });
    const board = this.#boards.get(canvasId);
    if (!board) return;
    this.#logger.warn("the queue is full, a prompt waits on its canvas", {
      source: "tasks/intake.ts:sayFull",
      canvas_id: canvasId,
      widget_id: widgetId,
    });
    const note = await board.fetch(widgetId);
    if (!detectTrigger(note)) return;
    const status = "many questions are waiting; this one is taken as soon as there is room …";
    await board.patch(note, { text: withStatus(note.text ?? "", status) });
  }
}

function keyOf(canvasId: string, widgetId: string): string {
  return `${canvasId}/${widgetId}`;
}
