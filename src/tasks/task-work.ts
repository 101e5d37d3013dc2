import type { Ability, AbilityResult } from "../abilities/ability.ts";
import type { Timers } from "../canvus/timers.ts";
import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import type { Journal } from "../storage/storage.ts";
import { answerTitle } from "../triggers/our-marks.ts";
import { AnswerNote } from "./answer-note.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import { errorNoteText } from "./error-note.ts";
import type { Task } from "./task.ts";
import { TriggerNote } from "./trigger-note.ts";

export interface TaskWorkOptions {
  readonly task: Task;
  readonly board: CanvasBoard;
  readonly journal: Journal;
  readonly ability: Ability;
  readonly timers: Timers;
  /** Aborted when the work must end soon; the reason is an AppError. */
  readonly signal: AbortSignal;
}

/**
 * What is done for one task. Every step may be repeated after a crash between any two of them: the braces and the
 * status line change in one write, the answer note bears the correlation id in its title, and the journal is written
 * before the next step relies on it.
 *
 * | stage in the journal | on the canvas                                   | a restart continues with      |
 * |----------------------|-------------------------------------------------|-------------------------------|
 * | queued               | braces, or braces just replaced by a status line | claim                        |
 * | claimed              | status line; perhaps a part of an answer         | answer, into the same note   |
 * | answered             | whole answer; perhaps still a status line        | taking the status line away  |
 */
export class TaskWork {
  readonly #options: TaskWorkOptions;

  constructor(options: TaskWorkOptions) {
    this.#options = options;
  }

  /** Takes the question and lets people know that it waits. */
  async announce(status: string): Promise<void> {
    await this.#claim(this.#triggerNote(), status);
  }

  /** @throws AppError when it did not come to a complete answer; it may be called again. */
  async answer(): Promise<void> {
    const { task, journal } = this.#options;
    const trigger = this.#triggerNote();
    if (task.stage !== "answered") await this.#write(trigger);
    await trigger.release();
    await journal.update(task.correlationId, { status: "succeeded", completed_at: now() });
  }

  /** Tells people on the canvas why there is no answer. */
  async report(error: AppError): Promise<void> {
    const { task, board, journal } = this.#options;
    try {
      const trigger = await board.fetch(task.widgetId, this.#options.signal);
      await this.#findAnswer();
      const note = this.#answerNote(trigger, () => undefined);
      await note.finish(errorNoteText(error, task.correlationId));
      await this.#triggerNote().release();
    } catch (failure) {
      // Nobody can be told any more when the note, the canvas or the permission is gone; the journal still says why.
      if (!(failure instanceof AppError) || failure.retryable || failure.category === "model") throw failure;
    }
    await journal.update(task.correlationId, {
      status: "failed",
      error_code: error.code,
      error_message: error.message,
      completed_at: now(),
      duration_ms: this.#duration(),
    });
  }

  /** Takes back what was written for a question that is gone. */
  async withdraw(): Promise<void> {
    const { task, board, journal } = this.#options;
    await this.#findAnswer();
    if (task.answerId !== null) await board.delete({ id: task.answerId, widget_type: "Note" });
    await this.#triggerNote().release();
    await journal.update(task.correlationId, {
      status: "cancelled",
      completed_at: now(),
      duration_ms: this.#duration(),
    });
  }

  async #write(trigger: TriggerNote): Promise<void> {
    const { task, ability, signal, journal } = this.#options;
    await journal.update(task.correlationId, { status: "running" });
    const note = await this.#claim(trigger, "starting …");
    await this.#findAnswer();
    const failed = new AbortController();
    const answer = this.#answerNote(note, (error) => {
      if (!error.retryable) failed.abort(error);
    });
    try {
      const result = await ability({
        prompt: task.prompt,
        correlationId: task.correlationId,
        signal: AbortSignal.any([signal, failed.signal]),
        progress: (status) => trigger.progress(status),
        show: (text) => answer.show(text),
      });
      await answer.finish(result.text);
      await this.#answered(result);
    } catch (error) {
      await Promise.all([answer.stop(), trigger.stop()]);
      throw this.#whyItEnded(error, failed.signal);
    }
  }

  async #claim(trigger: TriggerNote, status: string) {
    const { task, journal } = this.#options;
    const note = await trigger.claim(status);
    if (task.stage === "queued") {
      await journal.update(task.correlationId, { stage: "claimed" });
      task.stage = "claimed";
    }
    return note;
  }

  async #answered(result: AbilityResult): Promise<void> {
    const { task, journal } = this.#options;
    await journal.update(task.correlationId, {
      stage: "answered",
      response: result.text,
      model: result.model,
      prompt_tokens: result.promptTokens,
      completion_tokens: result.completionTokens,
      duration_ms: this.#duration(),
    });
    task.stage = "answered";
  }

  /** A note written just before a crash may be on the canvas although the journal does not know it. */
  async #findAnswer(): Promise<void> {
    const { task, board, signal } = this.#options;
    if (!task.recovered || task.answerId !== null) return;
    const found = await board.findNote(answerTitle(task.correlationId), signal);
    if (found) await this.#remember(found.id);
  }

  async #remember(answerId: string): Promise<void> {
    const { task, journal } = this.#options;
    task.answerId = answerId;
    await journal.update(task.correlationId, { response_widget_id: answerId });
  }

  /** An answer note that people deleted while it was written is not wanted: that cancels the task. */
  #whyItEnded(error: unknown, failed: AbortSignal): unknown {
    const { signal } = this.#options;
    if (signal.aborted) return signal.reason;
    const cause = failed.aborted ? failed.reason : error;
    if (!(cause instanceof AppError) || cause.code !== "CANVUS_NOT_FOUND") return cause;
    return new AppError("CANCELLED", "The answer was deleted while it was written.", { cause });
  }

  #triggerNote(): TriggerNote {
    const { task, board, signal, timers } = this.#options;
    return new TriggerNote({ task, board, signal, timers });
  }

  #answerNote(trigger: Widget, onError: (error: AppError) => void): AnswerNote {
    const { task, board, signal, timers } = this.#options;
    const onCreated = (id: string) => this.#remember(id);
    return new AnswerNote({ task, board, trigger, signal, timers, onCreated, onError });
  }

  #duration(): number {
    return Date.now() - this.#options.task.createdAt;
  }
}

function now(): string {
  return new Date().toISOString();
}
