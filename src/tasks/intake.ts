import { customAlphabet } from "nanoid";
import type { Widget, WidgetChange } from "../canvus/widget.ts";
import type { Logger } from "../observability/logger.ts";
import type { Journal } from "../storage/storage.ts";
import type { Timers } from "../timers.ts";
import { detectTrigger } from "../triggers/detect-trigger.ts";
import { readImageTitle } from "../triggers/image-title.ts";
import { hasStatus, withoutStatus, withStatus } from "../triggers/our-marks.ts";
import { contentHash, type Trigger } from "../triggers/trigger.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import { EndedQuestions } from "./ended-questions.ts";
import { Settler } from "./settler.ts";
import type { Task } from "./task.ts";
import { isGone } from "./trigger-handle.ts";

/** Read from a note and typed into a search field by people: no characters that look alike. 31^12 are enough. */
const newCorrelationId = customAlphabet("23456789abcdefghjkmnpqrstuvwxyz", 12);

/** What the intake needs to know of the tasks that are under way. */
export interface TaskDesk {
  isKnown(canvasId: string, widgetId: string, contentHash: string): boolean;
  /** Some task of this note is under way. */
  isBusy(canvasId: string, widgetId: string): boolean;
  hasRoom(canvasId: string): boolean;
  /** Takes a place for a task that is being journalled; each one taken is given back by `unreserve`. */
  reserve(canvasId: string): boolean;
  unreserve(canvasId: string): void;
  enqueue(task: Task): void;
}

/** A note that found the queue full and was told so. */
interface Overflowed {
  readonly canvasId: string;
  readonly widgetId: string;
  /** What it asked then; an edited note has to settle again. */
  readonly content: string;
}

/**
 * From changes on the canvases to journalled tasks: waits until a question is typed, and takes it when there is room.
 * A question that finds the queue full stays on its canvas, which is the overflow of the queue. It also takes away
 * status lines that nobody owns: a write of a killed service may reach the canvas after everything else.
 */
export class Intake {
  readonly #journal: Journal;
  readonly #boards: ReadonlyMap<string, CanvasBoard>;
  readonly #desk: TaskDesk;
  readonly #logger: Logger;
  readonly #timers: Timers;
  readonly #settler: Settler;
  /** Bounded by the notes on the canvases. */
  readonly #overflowed = new Map<string, Overflowed>();
  readonly #unfinished = new Set<Promise<void>>();
  readonly #ended = new EndedQuestions();
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

  /** Takes nothing more; resolves when what was being taken is journalled. */
  async stop(): Promise<void> {
    this.#open = false;
    this.#settler.stop();
    await Promise.all(this.#unfinished);
  }

  onChanges(canvasId: string, changes: readonly WidgetChange[]): void {
    for (const { kind, widget } of changes) {
      if (kind === "deleted") {
        this.#forget(canvasId, widget.id);
        this.#ended.forget(keyOf(canvasId, widget.id));
      } else this.#consider(canvasId, widget.id);
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

  /** To be called before the desk may forget the task. */
  remember({ canvasId, widgetId, contentHash }: Task): void {
    this.#ended.remember(keyOf(canvasId, widgetId), contentHash);
  }

  #forget(canvasId: string, widgetId: string): void {
    const key = keyOf(canvasId, widgetId);
    this.#settler.forget(key);
    this.#settler.forget(strayKey(key));
    this.#overflowed.delete(key);
  }

  #consider(canvasId: string, widgetId: string): void {
    const trigger = this.#triggerOf(canvasId, widgetId);
    if (!trigger || this.#desk.isKnown(canvasId, widgetId, contentHash(trigger))) {
      this.#forget(canvasId, widgetId);
      this.#considerStray(canvasId, widgetId);
      return;
    }
    const key = keyOf(canvasId, widgetId);
    if (this.#overflowed.get(key)?.content === trigger.content) return;
    this.#overflowed.delete(key);
    this.#settler.touch(key, trigger.content, () => this.#take(canvasId, widgetId));
  }

  /** Our mark on a widget that no task works on, and still so after a while. */
  #considerStray(canvasId: string, widgetId: string): void {
    const board = this.#boards.get(canvasId);
    const mark = () => ourMark(board?.state.get(widgetId));
    const isStray = () => mark() !== null && !this.#desk.isBusy(canvasId, widgetId);
    if (!board || !isStray()) return;
    this.#settler.touch(strayKey(keyOf(canvasId, widgetId)), mark() ?? "", () => {
      if (isStray())
        this.#doing("a status line was left behind", canvasId, widgetId, () => this.#clean(board, widgetId));
    });
  }

  /** What counts is how the widget is on the server: where the stream lags, its task has ended meanwhile. */
  async #clean(board: CanvasBoard, widgetId: string): Promise<void> {
    const isBusy = () => this.#desk.isBusy(board.canvasId, widgetId);
    try {
      if (board.state.get(widgetId)?.text === undefined) await this.#cleanPicture(board, widgetId, isBusy);
      else await board.rewrite(widgetId, (text) => (isBusy() ? null : withoutStatus(text)));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** A picture without the mark asks again, which is what whoever lost its task wants. */
  async #cleanPicture(board: CanvasBoard, widgetId: string, isBusy: () => boolean): Promise<void> {
    const image = await board.fetch(widgetId);
    const { plain, claim } = readImageTitle(image.title ?? "");
    if (claim.state === "working" && !isBusy()) await board.patch(image, { title: plain });
  }

  #triggerOf(canvasId: string, widgetId: string): Trigger | null {
    const board = this.#boards.get(canvasId);
    const widget = board?.state.get(widgetId);
    return board && widget ? detectTrigger(widget, board.lookup) : null;
  }

  #take(canvasId: string, widgetId: string): void {
    this.#doing("a prompt could not be accepted yet", canvasId, widgetId, () =>
      this.#accept(canvasId, widgetId),
    );
  }

  #doing(complaint: string, canvasId: string, widgetId: string, work: () => Promise<void>): void {
    const source = "tasks/intake.ts:doing";
    const ended = work()
      .catch((error) =>
        this.#logger.error(complaint, { source, canvas_id: canvasId, widget_id: widgetId, error }),
      )
      .finally(() => this.#unfinished.delete(ended));
    this.#unfinished.add(ended);
  }

  /** Journals the question, then hands it on. The canvas is not touched before the journal has it. */
  async #accept(canvasId: string, widgetId: string): Promise<void> {
    const trigger = this.#triggerOf(canvasId, widgetId);
    if (!this.#open || !trigger) return;
    const hash = contentHash(trigger);
    if (this.#desk.isKnown(canvasId, widgetId, hash)) return;
    if (!this.#desk.reserve(canvasId)) {
      await this.#sayFull({ canvasId, widgetId, content: trigger.content });
      return;
    }
    try {
      if (await this.#isStillAsked(canvasId, widgetId, hash))
        await this.#begin(canvasId, widgetId, trigger, hash);
    } catch (error) {
      // The question is still on the canvas, so nothing is lost: it is tried again after a while.
      if (this.#open)
        this.#settler.touch(keyOf(canvasId, widgetId), trigger.content, () => this.#take(canvasId, widgetId));
      throw error;
    } finally {
      this.#desk.unreserve(canvasId);
      // A task that was started at once left its place in the queue free while this reservation still covered it.
      if (this.#open) this.onRoom();
    }
  }

  /** What we have dealt with may only look open because the stream lags; or people ask the very same once more. */
  async #isStillAsked(canvasId: string, widgetId: string, hash: string): Promise<boolean> {
    const board = this.#boards.get(canvasId);
    if (!board || !this.#ended.has(keyOf(canvasId, widgetId), hash)) return true;
    try {
      const trigger = detectTrigger(await board.fetch(widgetId), board.lookup);
      return trigger !== null && contentHash(trigger) === hash;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  async #begin(canvasId: string, widgetId: string, trigger: Trigger, hash: string): Promise<void> {
    const task: Task = {
      correlationId: newCorrelationId(),
      canvasId,
      widgetId,
      operation: trigger.operation,
      prompt: trigger.prompt,
      contentHash: hash,
      createdAt: this.#timers.now(),
      seenAt: this.#timers.monotonicNow(),
      stage: "queued",
      answerId: null,
      recovered: false,
      attempts: 0,
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

  async #sayFull(overflowed: Overflowed): Promise<void> {
    const { canvasId, widgetId } = overflowed;
    const key = keyOf(canvasId, widgetId);
    this.#overflowed.set(key, overflowed);
    const board = this.#boards.get(canvasId);
    if (!board) return;
    this.#logger.warn("the queue is full, a prompt waits on its canvas", {
      source: "tasks/intake.ts:sayFull",
      canvas_id: canvasId,
      widget_id: widgetId,
    });
    // A picture has no text to say it in; it stays as it is until there is room.
    if (board.state.get(widgetId)?.text === undefined) return;
    const status = "many questions are waiting; this one is taken as soon as there is room …";
    // By the time this is written there may have been room.
    const isWaiting = () => this.#overflowed.has(key);
    await board.rewrite(widgetId, (text, note) =>
      isWaiting() && detectTrigger(note, board.lookup) ? withStatus(text, status) : null,
    );
  }
}

/** The status line of a note, or the title of a picture that says somebody works on it; null without such a mark. */
function ourMark(widget: Widget | undefined): string | null {
  const { text, title = "" } = widget ?? {};
  if (text !== undefined) return hasStatus(text) ? text : null;
  return readImageTitle(title).claim.state === "working" ? title : null;
}

function strayKey(key: string): string {
  return `stray ${key}`;
}

function keyOf(canvasId: string, widgetId: string): string {
  return `${canvasId}/${widgetId}`;
}
