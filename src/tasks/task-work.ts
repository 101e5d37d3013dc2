import type { Ability, AbilityResult } from "../abilities/ability.ts";
import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import type { JournalChanges } from "../storage/journal-store.ts";
import type { Journal } from "../storage/storage.ts";
import type { Timers } from "../timers.ts";
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
    const { task } = this.#options;
    const trigger = this.#triggerNote();
    if (task.stage !== "answered") await this.#write(trigger);
    await this.#end(() => trigger.release(), { status: "succeeded" });
  }

  /** Tells people on the canvas why there is no answer. */
  async report(error: AppError): Promise<void> {
    const { task, board, signal } = this.#options;
    // What failed is only the last touch; the answer is there and must not be written over.
    if (task.stage === "answered") return this.answer();
    const tell = async () => {
      const trigger = this.#triggerNote();
      // Braces that stayed would ask the same again.
      const isClaimed = task.stage !== "queued";
      const asked = isClaimed
        ? await board.fetch(task.widgetId, signal)
        : await this.#claim(trigger, "stopping …");
      await this.#findAnswer();
      const note = this.#answerNote(asked, () => undefined);
      await note.finish(errorNoteText(error, task.correlationId));
      await trigger.release();
    };
    await this.#end(tell, {
      status: "failed",
      error_code: error.code,
      error_message: error.message,
      duration_ms: this.#duration(),
    });
  }

  /** Takes back what was written for a question that is gone, also a note that is still on its way to the canvas. */
  async withdraw(): Promise<void> {
    const { task, board } = this.#options;
    const takeBack = async () => {
      await this.#findAnswer();
      board.disown(answerTitle(task.correlationId));
      if (task.answerId !== null) await board.delete({ id: task.answerId, widget_type: "Note" });
      await this.#triggerNote().release();
    };
    await this.#end(takeBack, { status: "cancelled", duration_ms: this.#duration() });
  }

  /**
   * The last writes on the canvas, then the last one in the journal. When the note, the canvas or the permission is
   * gone there is nobody to write for; the journal is closed all the same.
   */
  async #end(write: () => Promise<void>, changes: JournalChanges): Promise<void> {
    const { task, journal, signal, timers } = this.#options;
    try {
      await write();
    } catch (failure) {
      if (signal.aborted) throw signal.reason;
      if (!(failure instanceof AppError) || failure.retryable) throw failure;
    }
    const completed_at = new Date(timers.now()).toISOString();
    await journal.update(task.correlationId, { ...changes, completed_at });
  }

  async #write(trigger: TriggerNote): Promise<void> {
    const { task, ability, signal, timers, journal } = this.#options;
    task.attempts += 1;
    const started = task.attempts === 1 ? { started_at: new Date(timers.now()).toISOString() } : {};
    await journal.update(task.correlationId, { status: "running", attempts: task.attempts, ...started });
    const note = await this.#claim(trigger, "starting …");
    if (task.recovered) await this.#findAnswer();
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
    const { task, journal, timers } = this.#options;
    await journal.update(task.correlationId, {
      stage: "answered",
      answered_at: new Date(timers.now()).toISOString(),
      response: result.text,
      model: result.model,
      prompt_tokens: result.promptTokens,
      completion_tokens: result.completionTokens,
      ...result.timings,
      duration_ms: this.#duration(),
    });
    task.stage = "answered";
  }

  /** A note may be on the canvas although nobody knows it: the reply to its creation got lost, or a crash came first. */
  async #findAnswer(): Promise<void> {
    const { task, board, signal } = this.#options;
    const title = answerTitle(task.correlationId);
    if (task.stage !== "queued" && (task.recovered || task.answerId === null)) {
      const found = await board.findNotes(title, signal);
      const [first] = found;
      if (first && task.answerId === null) await this.#remember(first.id);
      // A crash may have come between the creation of a twin and its removal.
      for (const twin of found) if (task.recovered && twin.id !== task.answerId) await board.delete(twin);
    }
    if (task.recovered) board.expectTwins(title, task.answerId);
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
    return this.#options.timers.now() - this.#options.task.createdAt;
  }
}
