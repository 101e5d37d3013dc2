import { answerColors } from "../canvus/colors.ts";
import { noteSizeFor } from "../canvus/note-size.ts";
import type { Point, Size, Widget } from "../canvus/widget.ts";
import type { AppError } from "../errors/app-error.ts";
import type { Timers } from "../timers.ts";
import { disarmBraces } from "../triggers/note-prompt.ts";
import { answerTitle } from "../triggers/our-marks.ts";
import type { Place } from "./answer-places.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import { CoalescingWriter } from "./coalescing-writer.ts";
import type { Task } from "./task.ts";

/** Often enough to see it grow, rarely enough for a busy server with dozens of answers at once. */
const WRITE_INTERVAL_MS = 500;

/** The note that fills with the answer. Created with the first text, recognised by its title. */
export class AnswerNote {
  readonly #task: Task;
  readonly #board: CanvasBoard;
  readonly #claimed: Widget;
  readonly #signal: AbortSignal;
  readonly #mayCreate: Promise<void>;
  readonly #onCreated: (id: string) => void;
  readonly #writer: CoalescingWriter<string>;
  /** What the canvas has, as far as we wrote it. */
  #written: { readonly text: string; readonly size: Size } | null = null;

  constructor(options: {
    readonly task: Task;
    readonly board: CanvasBoard;
    /** Beside what it is placed, as that was when the question was claimed. */
    readonly anchor: Widget;
    readonly signal: AbortSignal;
    readonly timers: Timers;
    /** The note is not created before this resolves. */
    readonly mayCreate: Promise<void>;
    /** Told the id as soon as the note exists, before anything more is written to it. */
    readonly onCreated: (id: string) => void;
    readonly onError: (error: AppError) => void;
  }) {
    this.#task = options.task;
    this.#board = options.board;
    this.#claimed = options.anchor;
    this.#signal = options.signal;
    this.#mayCreate = options.mayCreate;
    this.#onCreated = options.onCreated;
    this.#writer = new CoalescingWriter({
      write: (text: string) => this.#write(text),
      intervalMs: WRITE_INTERVAL_MS,
      timers: options.timers,
      onError: options.onError,
    });
  }

  show(text: string): void {
    if (text.trim() !== "") this.#writer.push(text);
  }

  /** Writes the last text; when this returns, the canvas has it. */
  async finish(text: string): Promise<void> {
    await this.#writer.finish(text);
  }

  /** Writes nothing more; what is on its way arrives or fails first. */
  stop(): Promise<void> {
    return this.#writer.stop();
  }

  async #write(raw: string): Promise<void> {
    const text = disarmBraces(raw.trim());
    const standing = this.#board.places.standing(this.#anchor);
    const size = noteSizeFor(text, standing.scale);
    const answerId = this.#task.answerId ?? (await this.#create({ text, size, ...standing }));
    if (answerId === null || Bun.deepEquals(this.#written, { text, size })) return;
    const grown = Bun.deepEquals(size, this.#written?.size) ? {} : this.#grow(size);
    // While nobody knows whether it arrived, and after a failure.
    this.#written = null;
    await this.#board.patch({ id: answerId, widget_type: "Note" }, { text, ...grown }, this.#signal);
    this.#written = { text, size };
  }

  /** @returns the id when it turned out to be there already, with the text of an attempt whose reply got lost. */
  async #create(fields: { text: string; size: Size; scale: number; depth: number }): Promise<string | null> {
    await this.#mayCreate;
    const note = {
      ...fields,
      title: answerTitle(this.#task.correlationId),
      location: this.#take(fields.size).point,
      ...answerColors(this.#anchor.background_color),
    };
    const created = await this.#board.createNote(note, this.#signal);
    this.#onCreated(created.id);
    if (created.text !== fields.text) return created.id;
    this.#written = { text: fields.text, size: fields.size };
    return null;
  }

  /** The place is sent only when it has to change: else it would pull back a note that somebody is moving. */
  #grow(size: Size): { readonly size: Size; readonly location?: Point } {
    const { point, moves } = this.#take(size);
    return moves ? { size, location: point } : { size };
  }

  #take(size: Size): Place {
    const { correlationId, answerId } = this.#task;
    return this.#board.places.take({ correlationId, answerId, anchor: this.#anchor }, size);
  }

  /** Where it is now: people move widgets while they wait. */
  get #anchor(): Widget {
    return this.#board.state.get(this.#claimed.id) ?? this.#claimed;
  }
}
