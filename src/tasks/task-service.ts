import type { Ability } from "../abilities/ability.ts";
import type { WidgetChange } from "../canvus/widget.ts";
import { AppError, toAppError } from "../errors/app-error.ts";
import { withCorrelation } from "../observability/correlation.ts";
import type { Logger } from "../observability/logger.ts";
import type { Journal } from "../storage/storage.ts";
import { sleep, type Timers } from "../timers.ts";
import type { Operation } from "../triggers/operation.ts";
import type { CanvasBoard } from "./canvas-board.ts";
import { Intake } from "./intake.ts";
import type { LiveTask, Progress } from "./live-task.ts";
import { recoverTask } from "./recovery.ts";
import type { SchedulerLimits, Work, WorkResult } from "./scheduler-contract.ts";
import type { Task } from "./task.ts";
import { TaskScheduler } from "./task-scheduler.ts";
import { TaskWork } from "./task-work.ts";

export interface TaskServiceOptions {
  readonly limits: SchedulerLimits;
  /** How long a note must stay unchanged before its question counts as typed, in ms. */
  readonly settleMs: number;
  readonly journal: Journal;
  readonly abilities: Readonly<Record<Operation, Ability>>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Far more than the retries of one run. A prompt that was begun so often and never ended stops the service each time:
 * it must not do so for ever.
 */
const MAX_ATTEMPTS = 20;

/** Time for running work to end after it was told to; what has not ended by then is resumed by the next start. */
const STOP_GRACE_MS = 2000;

/**
 * Owns every prompt from the moment it is seen until it is answered. A thin shell: it turns what happens into events
 * of the pure scheduler and carries out its effects.
 */
export class TaskService {
  readonly #options: TaskServiceOptions;
  readonly #boards = new Map<string, CanvasBoard>();
  readonly #scheduler: TaskScheduler;
  readonly #intake: Intake;
  readonly #running = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  readonly #announcing = new Map<string, Promise<void>>();
  /** By correlation id, of what runs. */
  readonly #progress = new Map<string, Progress>();
  #cancelWake: (() => void) | null = null;
  #stopping = false;

  constructor(options: TaskServiceOptions) {
    this.#options = options;
    this.#scheduler = new TaskScheduler(options.limits, {
      start: (task, work) => this.#start(task, work),
      abort: (task, reason) => this.#running.get(task.correlationId)?.abort.abort(reason),
      waiting: (task, ahead) => this.#announce(task, ahead),
    });
    this.#intake = new Intake({
      ...options,
      boards: this.#boards,
      desk: {
        isKnown: (canvasId, widgetId, hash) =>
          this.#of(canvasId, widgetId).some((task) => task.contentHash === hash),
        isBusy: (canvasId, widgetId) => this.#of(canvasId, widgetId).length > 0,
        hasRoom: (canvasId) => this.#scheduler.hasRoom(canvasId),
        reserve: (canvasId) => this.#scheduler.reserve(canvasId),
        unreserve: (canvasId) => this.#scheduler.unreserve(canvasId),
        enqueue: (task) => this.#enqueue(task),
      },
    });
  }

  /** Begins to work on a canvas, first on what an earlier run of the service left unfinished there. */
  async adopt(board: CanvasBoard): Promise<void> {
    this.#boards.set(board.canvasId, board);
    for (const row of await this.#options.journal.live()) {
      if (row.canvas_id === board.canvasId) this.#enqueue(recoverTask(row, this.#options.timers));
    }
  }

  /** Takes no more prompts and begins no more work: what waits stays on its canvas and in the journal. */
  async close(): Promise<void> {
    this.#scheduler.stopAccepting();
    await this.#intake.stop();
  }

  /** Resolves when nothing is worked on any more; to be called after `close`. */
  async drained(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  /** Nothing new is begun; what runs is named in the log, aborted, and stays in the journal for the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelWake?.();
    const closed = this.close();
    this.#nameUnfinished();
    const reason = new AppError("CANCELLED", "The service is stopping.");
    for (const { abort } of this.#running.values()) abort.abort(reason);
    const allEnded = Promise.all([closed, this.drained(), ...this.#announcing.values()]);
    const grace = new AbortController();
    const graceOver = sleep(this.#options.timers, STOP_GRACE_MS, grace.signal).catch(() => undefined);
    await Promise.race([allEnded, graceOver]);
    grace.abort();
  }

  status(): { readonly running: number; readonly waiting: number; readonly overflow: number } {
    const running = this.#scheduler.running().length;
    return { running, waiting: this.#scheduler.tasks().length - running, overflow: this.#intake.overflow };
  }

  /** What is worked on first, then what waits, each oldest first. */
  liveTasks(): readonly LiveTask[] {
    const running = new Set(this.#scheduler.running());
    const waiting = this.#scheduler.tasks().filter((task) => !running.has(task));
    const shown = (isRunning: boolean) => (task: Task) =>
      liveTask(task, isRunning, this.#progress.get(task.correlationId) ?? null);
    return [...[...running].map(shown(true)), ...waiting.map(shown(false))];
  }

  canvasAvailable(canvasId: string, available: boolean): void {
    this.#dispatch((now) => this.#scheduler.canvasAvailable(canvasId, available, now));
  }

  /** @param available false while answers wait for the model to be loaded */
  modelAvailable(available: boolean): void {
    this.#dispatch((now) => this.#scheduler.modelAvailable(available, now));
  }

  onChanges(canvasId: string, changes: readonly WidgetChange[]): void {
    this.#intake.onChanges(canvasId, changes);
    for (const change of changes) if (change.kind === "deleted") this.#onDeleted(canvasId, change.widget.id);
  }

  /**
   * The note that asked, or the answer while it is written: either way nobody wants this answer any more. Of an answer
   * that is whole it means nothing: it may be we who took the icon away, and do not know yet that it worked.
   */
  #onDeleted(canvasId: string, widgetId: string): void {
    for (const task of this.#scheduler.tasks()) {
      if (task.stage === "answered") continue;
      if (task.canvasId !== canvasId || (task.widgetId !== widgetId && task.answerId !== widgetId)) continue;
      this.#dispatch((now) => this.#scheduler.cancel(task.correlationId, now));
    }
  }

  #of(canvasId: string, widgetId: string): readonly Task[] {
    return this.#scheduler.tasks().filter((task) => task.canvasId === canvasId && task.widgetId === widgetId);
  }

  #enqueue(task: Task): void {
    this.#log(task).info(task.recovered ? "prompt resumed after a restart" : "prompt accepted", {
      source: "tasks/task-service.ts:enqueue",
      operation_type: task.operation,
    });
    this.#dispatch((now) => this.#scheduler.enqueue(task, now, firstWork(task)));
  }

  #start(task: Task, work: Work): void {
    const abort = new AbortController();
    const ended = withCorrelation(task.correlationId, () => this.#run(task, work, abort.signal));
    this.#running.set(task.correlationId, { abort, ended });
  }

  async #run(task: Task, work: Work, signal: AbortSignal): Promise<void> {
    await this.#announcing.get(task.correlationId);
    const result = await this.#attempt(task, work, signal);
    this.#running.delete(task.correlationId);
    this.#progress.delete(task.correlationId);
    if (this.#stopping) return;
    this.#logEnd(task, work, result);
    this.#intake.remember(task);
    this.#dispatch((now) => this.#scheduler.workEnded(task.correlationId, result, now));
    if (this.#of(task.canvasId, task.widgetId).includes(task)) return;
    this.#boards.get(task.canvasId)?.places.release(task.correlationId);
  }

  async #attempt(task: Task, work: Work, signal: AbortSignal): Promise<WorkResult> {
    try {
      const doing = this.#workOn(task, signal);
      if (work.kind === "answer") await doing.answer();
      else if (work.kind === "report") await doing.report(work.error);
      else await doing.withdraw();
      return { done: true };
    } catch (thrown) {
      return { done: false, error: toAppError(thrown) };
    }
  }

  #announce(task: Task, ahead: number): void {
    if (this.#stopping) return;
    const status = ahead === 0 ? "next in the queue …" : `waiting, ${ahead} before this one …`;
    const never = new AbortController().signal;
    // A failed announcement is no harm: the work itself claims the note and finds out what is wrong.
    const announced = withCorrelation(task.correlationId, () => this.#workOn(task, never).announce(status))
      .catch((error) =>
        this.#log(task).debug("the queue position could not be shown", {
          source: "tasks/task-service.ts:announce",
          error,
        }),
      )
      .finally(() => this.#announcing.delete(task.correlationId));
    this.#announcing.set(task.correlationId, announced);
  }

  #workOn(task: Task, signal: AbortSignal): TaskWork {
    const board = this.#boards.get(task.canvasId);
    if (!board) throw new AppError("INTERNAL", `Canvas ${task.canvasId} is not watched.`);
    const { journal, abilities, timers } = this.#options;
    const onProgress = (progress: Progress) => this.#progress.set(task.correlationId, progress);
    return new TaskWork({
      task,
      board,
      journal,
      ability: abilities[task.operation],
      timers,
      signal,
      onProgress,
    });
  }

  /** Runs an event of the scheduler and arms the timer for its next wish. */
  #dispatch(event: (now: number) => void): void {
    const { timers } = this.#options;
    const now = timers.monotonicNow();
    event(now);
    this.#intake.onRoom();
    this.#cancelWake?.();
    this.#cancelWake = null;
    // Asked with the time of the event: what became due while it was handled would else never be woken for.
    const wakeAt = this.#scheduler.nextWakeAt(now);
    if (wakeAt === null || this.#stopping) return;
    this.#cancelWake = timers.schedule(Math.max(0, wakeAt - timers.monotonicNow()), () =>
      this.#dispatch((now) => this.#scheduler.tick(now)),
    );
  }

  #nameUnfinished(): void {
    const source = "tasks/task-service.ts:nameUnfinished";
    const { running, waiting } = this.status();
    for (const task of this.#scheduler.running()) {
      this.#log(task).warn("prompt not finished; the next start resumes it", {
        source,
        operation_type: task.operation,
        stage: task.stage,
        duration_ms: this.#age(task),
      });
    }
    if (running + waiting > 0)
      this.#options.logger.info("prompts are left to the next start", { source, running, waiting });
  }

  /** In whole ms. */
  #age(task: Task): number {
    return Math.round(this.#options.timers.monotonicNow() - task.seenAt);
  }

  #log(task: Task): Logger {
    return this.#options.logger.child({
      correlation_id: task.correlationId,
      canvas_id: task.canvasId,
      widget_id: task.widgetId,
    });
  }

  #logEnd(task: Task, work: Work, result: WorkResult): void {
    const log = this.#log(task);
    const fields = {
      source: "tasks/task-service.ts:logEnd",
      operation_type: task.operation,
      duration_ms: this.#age(task),
    };
    if (!result.done) {
      // Of what is not tried again, people are told next, and the log with them.
      const level = result.error.retryable ? "warn" : "debug";
      log[level](`prompt not finished: ${result.error.message}`, { ...fields, error: result.error });
      return;
    }
    if (work.kind === "answer") log.info("prompt answered", fields);
    else if (work.kind === "report") log.error("prompt failed", { ...fields, error: work.error });
    else log.info("prompt cancelled", fields);
  }
}

function firstWork(task: Task): Work {
  if (task.attempts < MAX_ATTEMPTS) return { kind: "answer" };
  const message = `The service began to answer ${task.attempts} times and never came to an end.`;
  return { kind: "report", error: new AppError("INFERENCE_FAILED", message) };
}

function liveTask(task: Task, isRunning: boolean, progress: Progress | null): LiveTask {
  const { correlationId, canvasId, operation, prompt, createdAt, stage, attempts, recovered } = task;
  const facts = { correlationId, canvasId, operation, prompt, createdAt, stage, attempts, recovered };
  return { ...facts, isRunning, progress };
}
