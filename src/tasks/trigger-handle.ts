import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import type { Timers } from "../timers.ts";
import type { Operation } from "../triggers/operation.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import type { Task } from "./task.ts";

export interface TriggerOptions {
  readonly task: Task;
  readonly board: CanvasBoard;
  readonly signal: AbortSignal;
  readonly timers: Timers;
}

/** The widget that asked: a note with a question, or a picture (an AI icon, a snapshot). */
export interface TriggerHandle {
  /** False when people see how it goes somewhere else: in the note that will be the answer. */
  readonly showsProgress: boolean;
  /**
   * Takes the question, so that it is not asked again. Repeating it does no harm.
   * @returns the widget as it was before.
   * @throws AppError CANCELLED when it is gone or asks something else by now.
   */
  claim(status: string): Promise<Widget>;
  progress(status: string): void;
  /** The last touch, whatever became of the task. A widget that is gone by now needs nothing. */
  release(outcome: "succeeded" | "failed" | "cancelled"): Promise<void>;
  /** Writes nothing more; what is on its way arrives or fails first. */
  stop(): Promise<void>;
}

const ASKED_BY_NOTES: ReadonlySet<Operation> = new Set(["note_prompt", "image_prompt", "image_question"]);

export function isAskedByNote(operation: Operation): boolean {
  return ASKED_BY_NOTES.has(operation);
}

export function changed(what: "note" | "picture"): AppError {
  return new AppError("CANCELLED", `The ${what} was deleted or changed before it was answered.`);
}

export function isGone(error: unknown): boolean {
  return error instanceof AppError && error.code === "CANVUS_NOT_FOUND";
}
