import type { Ability, AbilityResult, Picture } from "../abilities/ability.ts";
import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import type { JournalChanges } from "../storage/journal-store.ts";
import type { Journal } from "../storage/storage.ts";
import type { Timers } from "../timers.ts";
import { subjectOf } from "../triggers/detect-trigger.ts";
import { answerTitle } from "../triggers/our-marks.ts";
import { AnswerNote } from "./answer-note.ts";
import { placePicture } from "./answer-picture.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import { errorNoteText } from "./error-note.ts";
import type { Progress } from "./live-task.ts";
import { progressText } from "./progress-text.ts";
import type { Task } from "./task.ts";
import { isAskedByNote, type TriggerHandle } from "./trigger-handle.ts";
import { TriggerImage } from "./trigger-image.ts";
import { TriggerNote } from "./trigger-note.ts";

export interface TaskWorkOptions {
  readonly task: Task;
  readonly board: CanvasBoard;
  readonly journal: Journal;
  readonly ability: Ability;
  readonly timers: Timers;
  /** Aborted when the work must end soon; the reason is an AppError. */
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

interface Claim {
  readonly widget: Widget;
  readonly journalled: Promise<void>;
}

/**
 * What is done for one task. Every step may be repeated after a crash between any two of them: braces and status line
 * of a note, or the mark in the title of a picture, change in one write; the answer bears the correlation id in its
 * title; and the journal has been written before a step relies on it. What no step relies on yet is written while
 * the work goes on: each write waits for a disk.
 *
 * | stage in the journal | on the canvas                                      | a restart continues with           |
 * |----------------------|----------------------------------------------------|------------------------------------|
 * | queued               | the question, or it was just marked as taken       | claim                              |
 * | claimed              | the mark; perhaps a part of an answer, or a picture | answer, into the same note; a picture is whole, it counts |
 * | answered             | whole answer; perhaps still the mark               | taking the mark or the icon away   |
 */
export class TaskWork {
  readonly #options: TaskWorkOptions;

  constructor(options: TaskWorkOptions) {
    this.#options = options;
  }

  /** Takes the question and lets people know that it waits. */
  async announce(status: string): Promise<void> {
    const { task } = this.#options;
    if (task.stage === "answered") return;
    const trigger = this.#trigger();
    const { widget, journalled } = await this.#claim(trigger, status);
    await journalled;
    // What an earlier run of the service wrote may be there already, and says as much.
    if (trigger.showsProgress || task.recovered) return;
    await this.#answerNote(widget, journalled, () => undefined).finish(waitingText(status));
  }

  /** @throws AppError when it did not come to a complete answer; it may be called again. */
  async answer(): Promise<void> {
    const { task } = this.#options;
    const trigger = this.#trigger();
    if (task.stage !== "answered") await this.#write(trigger);
    await this.#end(() => trigger.release("succeeded"), { status: "succeeded" });
  }

  /** Tells people on the canvas why there is no answer. */
  async report(error: AppError): Promise<void> {
    const { task, board, signal } = this.#options;
    // What failed is only the last touch; the answer is there and must not be written over.
    if (task.stage === "answered") return this.answer();
    const tell = async () => {
      const trigger = this.#trigger();
      // Braces that stayed would ask the same again.
      const { widget, journalled } =
        task.stage === "queued"
          ? await this.#claim(trigger, "stopping …")
          : { widget: await board.fetch(task.widgetId, signal), journalled: Promise.resolve() };
      await journalled;
      await this.#findAnswer();
      const note = this.#answerNote(widget, journalled, () => undefined);
      await note.finish(errorNoteText(error, task));
      await trigger.release("failed");
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
      if (task.answerId !== null) await board.delete({ id: task.answerId, widget_type: this.#answerType() });
      await this.#trigger().release("cancelled");
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

  async #write(trigger: TriggerHandle): Promise<void> {
    const { task, ability, board, signal, timers, journal, onProgress } = this.#options;
    task.attempts += 1;
    const started = task.attempts === 1 ? { started_at: new Date(timers.now()).toISOString() } : {};
    const [{ widget, journalled }] = await Promise.all([
      this.#claim(trigger, "starting …"),
      journal.update(task.correlationId, { status: "running", attempts: task.attempts, ...started }),
    ]);
    if (task.recovered) {
      await journalled;
      // An earlier run uploaded it and did not come to say so: it is whole, another one would be a second answer.
      if ((await this.#findAnswer()) === "picture") return this.#pictureFound();
    }
    const failed = new AbortController();
    const answer = this.#answerNote(widget, journalled, (error) => {
      if (!error.retryable) failed.abort(error);
    });
    try {
      const result = await ability({
        prompt: task.prompt,
        correlationId: task.correlationId,
        canvas: board,
        trigger: widget,
        subject: this.#subject(widget),
        signal: AbortSignal.any([signal, failed.signal]),
        progress: (status, fraction) => {
          onProgress?.({ status, fraction: fraction ?? null });
          const text = progressText(status, fraction);
          if (trigger.showsProgress) trigger.progress(text);
          else answer.show(waitingText(text));
        },
        show: (text) => answer.show(text),
      });
      await journalled;
      if (result.picture) await this.#place(result.picture, answer, widget);
      else await answer.finish(result.text);
      await this.#answered(result);
    } catch (error) {
      await Promise.allSettled([answer.stop(), trigger.stop(), journalled]);
      throw this.#whyItEnded(error, failed.signal);
    }
  }

  /** Instead of a note that may have been begun: the model may decide for a picture in a second attempt only. */
  async #place(picture: Picture, answer: AnswerNote, trigger: Widget): Promise<void> {
    const { task, board, journal, signal } = this.#options;
    await answer.stop();
    if (task.answerId !== null) {
      await board.delete({ id: task.answerId, widget_type: "Note" });
      task.answerId = null;
      await journal.update(task.correlationId, { response_widget_id: null });
    }
    const anchor = this.#subject(trigger);
    const { id } = await placePicture(board, picture, { correlationId: task.correlationId, anchor }, signal);
    await this.#remember(id);
  }

  async #pictureFound(): Promise<void> {
    const { task, journal, timers } = this.#options;
    const answered_at = new Date(timers.now()).toISOString();
    await journal.update(task.correlationId, {
      stage: "answered",
      answered_at,
      duration_ms: this.#duration(),
    });
    task.stage = "answered";
  }

  /** @returns the widget as it asked; and when the journal knows of it, without which no answer may be created. */
  async #claim(trigger: TriggerHandle, status: string): Promise<Claim> {
    const widget = await trigger.claim(status);
    const journalled = this.#journalClaim();
    // It is for those who wait for it; before that the work may end for another reason.
    journalled.catch(() => undefined);
    return { widget, journalled };
  }

  async #journalClaim(): Promise<void> {
    const { task, journal } = this.#options;
    if (task.stage !== "queued") return;
    await journal.update(task.correlationId, { stage: "claimed" });
    task.stage = "claimed";
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

  /**
   * An answer may be on the canvas although nobody knows it: the reply to its creation got lost, or a crash came first.
   * @returns what it is; null when there is none, or nobody had to look.
   */
  async #findAnswer(): Promise<"note" | "picture" | null> {
    const { task, board, signal } = this.#options;
    const title = answerTitle(task.correlationId);
    let kept: Widget | undefined;
    if (task.stage !== "queued" && (task.recovered || task.answerId === null)) {
      const found = await board.findAnswers(title, signal);
      const [first] = found;
      const isPicture = first?.widget_type.toLowerCase() === "image";
      kept = isPicture ? first : (found.find(({ id }) => id === task.answerId) ?? first);
      if (kept && kept.id !== task.answerId) await this.#remember(kept.id);
      // A crash may have come between the creation of a twin and its removal.
      for (const twin of found) if (task.recovered && twin.id !== task.answerId) await board.delete(twin);
    }
    if (task.recovered) board.expectTwins(title, task.answerId);
    if (!kept) return null;
    return kept.widget_type.toLowerCase() === "image" ? "picture" : "note";
  }

  /** Of the answer that exists; one so new that the stream does not show it yet is deleted as a stray, whatever it is. */
  #answerType(): string {
    const { task, board } = this.#options;
    return (task.answerId !== null && board.state.get(task.answerId)?.widget_type) || "Note";
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

  #trigger(): TriggerHandle {
    const { task } = this.#options;
    return isAskedByNote(task.operation) ? new TriggerNote(this.#options) : new TriggerImage(this.#options);
  }

  #subject(trigger: Widget): Widget {
    const { task, board } = this.#options;
    return subjectOf(task.operation, trigger, board.lookup);
  }

  #answerNote(trigger: Widget, mayCreate: Promise<void>, onError: (error: AppError) => void): AnswerNote {
    const { task, board, signal, timers } = this.#options;
    // Until the journal has the id, the note is found by its title. What fails here fails the journal's next write, too.
    const onCreated = (id: string) => void this.#remember(id).catch(() => undefined);
    const anchor = this.#subject(trigger);
    return new AnswerNote({ task, board, anchor, signal, timers, mayCreate, onCreated, onError });
  }

  #duration(): number {
    return Math.round(this.#options.timers.monotonicNow() - this.#options.task.seenAt);
  }
}

/** In the note that will be the answer, while there is no answer yet. */
function waitingText(status: string): string {
  return `⏳ ${status}`;
}
