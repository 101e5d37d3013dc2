import type { Timers } from "../canvus/timers.ts";
import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import { removeBraces } from "../triggers/note-prompt.ts";
import { hasStatus, withoutStatus, withStatus } from "../triggers/our-marks.ts";
import { contentHash, detectTrigger } from "../triggers/trigger.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import { CoalescingWriter } from "./coalescing-writer.ts";
import type { Task } from "./task.ts";

const WRITE_INTERVAL_MS = 500;

/**
 * The note that asked. Each write starts from the text as it is now on the server, so that what people typed
 * meanwhile is kept.
 */
export class TriggerNote {
  readonly #task: Task;
  readonly #board: CanvasBoard;
  readonly #signal: AbortSignal;
  readonly #status: CoalescingWriter<string>;

  constructor(options: {
    readonly task: Task;
    readonly board: CanvasBoard;
    readonly signal: AbortSignal;
    readonly timers: Timers;
  }) {
    this.#task = options.task;
    this.#board = options.board;
    this.#signal = options.signal;
    this.#status = new CoalescingWriter({
      write: (status: string) => this.#writeStatus(status),
      intervalMs: WRITE_INTERVAL_MS,
      timers: options.timers,
      // A status line is a courtesy: the next one replaces it, and the last write of the task takes it away.
      onError: () => undefined,
    });
  }

  /**
   * Takes the question: braces away, status line there, in one write. Repeating it does no harm.
   *
   * @throws AppError CANCELLED when the note is gone or asks something else by now.
   */
  async claim(status: string): Promise<Widget> {
    const note = await this.#fetch();
    if (this.#task.stage === "queued" && !this.#stillAsks(note)) throw changed();
    return this.#write(note, withStatus(removeBraces(textOf(note)), status));
  }

  progress(status: string): void {
    this.#status.push(status);
  }

  /** Takes the status line away. A note that is gone by now needs nothing. */
  async release(): Promise<void> {
    await this.#status.stop();
    try {
      const note = await this.#board.fetch(this.#task.widgetId);
      if (hasStatus(textOf(note))) await this.#board.patch(note, { text: withoutStatus(textOf(note)) });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "CANVUS_NOT_FOUND") throw error;
    }
  }

  stop(): Promise<void> {
    return this.#status.stop();
  }

  async #writeStatus(status: string): Promise<void> {
    const note = await this.#fetch();
    const text = textOf(note);
    if (hasStatus(text)) await this.#write(note, withStatus(text, status));
  }

  async #fetch(): Promise<Widget> {
    try {
      return await this.#board.fetch(this.#task.widgetId, this.#signal);
    } catch (error) {
      if (error instanceof AppError && error.code === "CANVUS_NOT_FOUND") throw changed();
      throw error;
    }
  }

  #write(note: Widget, text: string): Promise<Widget> {
    return this.#board.patch(note, { text }, this.#signal);
  }

  /** After a crash the claim may have been written without being journalled: then our status line is there. */
  #stillAsks(note: Widget): boolean {
    if (this.#task.recovered && hasStatus(textOf(note))) return true;
    const trigger = detectTrigger(note);
    return trigger !== null && contentHash(trigger) === this.#task.contentHash;
  }
}

function textOf(note: Widget): string {
  return typeof note.text === "string" ? note.text : "";
}

function changed(): AppError {
  return new AppError("CANCELLED", "The note was deleted or changed before it was answered.");
}
