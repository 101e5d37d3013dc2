import { AppError } from "../errors/app-error.ts";
import { retryDelay } from "../http/retry.ts";
import type { SchedulerEffects, SchedulerLimits, Work, WorkResult } from "./scheduler-contract.ts";
import type { Task } from "./task.ts";

interface Entry {
  readonly task: Task;
  work: Work;
  phase: "queued" | "running";
  retries: number;
  /** Not to be started before; ms on the injected clock. */
  notBefore: number;
  deadline: number | null;
  abortReason: AppError | null;
  /** The last attempt failed because of the canvas: when it is back, nothing is left to wait for. */
  waitsForCanvas: boolean;
}

/**
 * Decides which task is worked on when. Pure: time comes in as `now`, effects go out through `SchedulerEffects`; the
 * caller calls `tick` at `nextWakeAt`.
 *
 * | event             | unknown  | queued                            | running                                   |
 * |-------------------|----------|-----------------------------------|-------------------------------------------|
 * | enqueue           | → queued | ignored                           | ignored                                   |
 * | cancel            | ignored  | work becomes withdraw             | abort; ends as withdraw                   |
 * | workEnded done    | –        | –                                 | forgotten                                 |
 * | workEnded error   | –        | –                                 | retry or report → queued, or forgotten    |
 * | tick              | –        | started when it may; past its     | abort when the deadline has passed        |
 * |                   |          | deadline its work becomes report  |                                           |
 * | canvas down       | –        | held back, its time stands still  | goes on (its writes fail and are retried) |
 * | canvas up         | –        | may start                         | goes on                                   |
 * | model away        | –        | may start, its time stands still  | goes on, its time stands still            |
 * | model back        | –        | its time runs on                  | its time runs on                          |
 *
 * A place in the queue is reserved before a task is journalled, so that many that come at once cannot overfill it.
 * Fair: canvases take turns, and within one canvas the oldest goes first. Two tasks of one note never run together.
 */
export class TaskScheduler {
  readonly #entries = new Map<string, Entry>();
  /** Canvases in the order of their turns; the one served last stands last. */
  readonly #turns: string[] = [];
  readonly #availableCanvases = new Set<string>();
  /** The canvases of tasks that are being journalled. */
  readonly #reserved: string[] = [];
  readonly #limits: SchedulerLimits;
  readonly #effects: SchedulerEffects;
  #accepting = true;
  /** Since when answers wait for a model to be loaded; null while they need not. */
  #modelAwaySince: number | null = null;

  constructor(limits: SchedulerLimits, effects: SchedulerEffects) {
    this.#limits = limits;
    this.#effects = effects;
  }

  /** True when another task of this canvas may wait; else it stays on the canvas until there is room. */
  hasRoom(canvasId: string): boolean {
    const waiting = [...this.#queued().map((entry) => entry.task.canvasId), ...this.#reserved];
    const ofCanvas = waiting.filter((id) => id === canvasId);
    return waiting.length < this.#limits.maxQueued && ofCanvas.length < this.#limits.maxQueuedPerCanvas;
  }

  /** Takes a place for a task that will be enqueued. @returns false when there is no room. */
  reserve(canvasId: string): boolean {
    if (!this.hasRoom(canvasId)) return false;
    this.#reserved.push(canvasId);
    return true;
  }

  /** Gives the reserved place back: its task has been enqueued, or will not be. */
  unreserve(canvasId: string): void {
    const index = this.#reserved.indexOf(canvasId);
    if (index >= 0) this.#reserved.splice(index, 1);
  }

  enqueue(task: Task, now: number, work: Work = { kind: "answer" }): void {
    if (this.#entries.has(task.correlationId)) return;
    const ahead = this.#queued().length;
    this.#entries.set(task.correlationId, {
      task,
      work,
      phase: "queued",
      retries: 0,
      notBefore: now,
      deadline: null,
      abortReason: null,
      waitsForCanvas: false,
    });
    if (!this.#turns.includes(task.canvasId)) this.#turns.unshift(task.canvasId);
    this.tick(now);
    const entry = this.#entries.get(task.correlationId);
    const mayWrite = this.#availableCanvases.has(task.canvasId);
    if (entry?.phase === "queued" && mayWrite) this.#effects.waiting(task, ahead);
  }

  /** The trigger (or the answer while it is written) was deleted: what was written is taken back. */
  cancel(correlationId: string, now: number): void {
    const entry = this.#entries.get(correlationId);
    if (!entry || entry.work.kind === "withdraw" || entry.abortReason?.code === "CANCELLED") return;
    const reason = new AppError("CANCELLED", "The note was deleted or changed before it was answered.");
    if (entry.phase === "running") {
      entry.abortReason = reason;
      this.#effects.abort(entry.task, reason);
      return;
    }
    entry.work = { kind: "withdraw" };
    entry.notBefore = now;
    this.tick(now);
  }

  workEnded(correlationId: string, result: WorkResult, now: number): void {
    const entry = this.#entries.get(correlationId);
    if (entry?.phase !== "running") return;
    entry.phase = "queued";
    if (result.done) this.#entries.delete(correlationId);
    else this.#afterError(entry, entry.abortReason ?? result.error, now);
    entry.abortReason = null;
    this.tick(now);
  }

  canvasAvailable(canvasId: string, available: boolean, now: number): void {
    if (!available) {
      this.#availableCanvases.delete(canvasId);
      return;
    }
    this.#availableCanvases.add(canvasId);
    for (const entry of this.#queued()) if (entry.task.canvasId === canvasId) this.#afterOutage(entry, now);
    this.tick(now);
  }

  /** A large model may take long to load; that must not eat the time of the answers that wait for it. */
  modelAvailable(available: boolean, now: number): void {
    if (!available) this.#modelAwaySince ??= now;
    if (!available || this.#modelAwaySince === null) return;
    const awayMs = now - this.#modelAwaySince;
    this.#modelAwaySince = null;
    for (const entry of this.#entries.values()) if (entry.deadline !== null) entry.deadline += awayMs;
    this.tick(now);
  }

  /** Starts nothing more; what runs may end. */
  stopAccepting(): void {
    this.#accepting = false;
  }

  tick(now: number): void {
    for (const entry of this.#entries.values()) this.#enforceDeadline(entry, now);
    while (this.#accepting && this.running().length < this.#limits.maxRunning) {
      const next = this.#next(now);
      if (!next) return;
      this.#start(next, now);
    }
  }

  /** When `tick` must be called again; null = not before the next event. What is due already waits for a free slot. */
  nextWakeAt(now: number): number | null {
    const times = [...this.#entries.values()]
      .map((entry) => this.#wakesAt(entry))
      .filter((time): time is number => time !== null && time > now);
    return times.length === 0 ? null : Math.min(...times);
  }

  running(): readonly Task[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.phase === "running")
      .map((entry) => entry.task);
  }

  tasks(): readonly Task[] {
    return [...this.#entries.values()].map((entry) => entry.task);
  }

  #wakesAt(entry: Entry): number | null {
    const deadline = this.#modelAwaySince === null ? entry.deadline : null;
    if (entry.phase === "running") return entry.abortReason ? null : deadline;
    if (!this.#availableCanvases.has(entry.task.canvasId)) return null;
    return Math.min(entry.notBefore, deadline ?? entry.notBefore);
  }

  #queued(): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.phase === "queued");
  }

  #start(entry: Entry, now: number): void {
    const { canvasId } = entry.task;
    this.#turns.splice(this.#turns.indexOf(canvasId), 1);
    this.#turns.push(canvasId);
    entry.phase = "running";
    if (entry.work.kind === "answer")
      entry.deadline ??= (this.#modelAwaySince ?? now) + this.#timeLimit(entry.task);
    this.#effects.start(entry.task, entry.work);
  }

  #next(now: number): Entry | null {
    const busyWidgets = new Set(this.running().map((task) => task.widgetId));
    const ready = this.#queued().filter(
      ({ task, notBefore }) =>
        notBefore <= now && this.#availableCanvases.has(task.canvasId) && !busyWidgets.has(task.widgetId),
    );
    for (const canvasId of this.#turns) {
      const first = ready.find((entry) => entry.task.canvasId === canvasId);
      if (first) return first;
    }
    return null;
  }

  #enforceDeadline(entry: Entry, now: number): void {
    if (entry.abortReason || entry.work.kind !== "answer" || this.#modelAwaySince !== null) return;
    if (entry.deadline === null || now < entry.deadline) return;
    const seconds = Math.round(this.#timeLimit(entry.task) / 1000);
    const limit = seconds === 1 ? "1 second" : `${seconds} seconds`;
    const error = new AppError("PROMPT_TIMEOUT", `The answer took longer than ${limit}.`);
    if (entry.phase === "running") {
      entry.abortReason = error;
      this.#effects.abort(entry.task, error);
    } else if (this.#availableCanvases.has(entry.task.canvasId)) this.#report(entry, error, now);
  }

  #timeLimit({ operation }: Task): number {
    const { processingTimeoutMs, documentTimeoutMs } = this.#limits;
    return operation === "pdf_precis" || operation === "canvas_precis"
      ? documentTimeoutMs
      : processingTimeoutMs;
  }

  /** An outage of the canvas must not eat the time and the attempts of those who wait for it. */
  #afterOutage(entry: Entry, now: number): void {
    entry.deadline = null;
    if (!entry.waitsForCanvas) return;
    entry.waitsForCanvas = false;
    entry.retries = 0;
    entry.notBefore = now;
  }

  #afterError(entry: Entry, error: AppError, now: number): void {
    if (error.code === "CANCELLED" && entry.work.kind !== "withdraw") {
      entry.work = { kind: "withdraw" };
      entry.retries = 0;
      entry.notBefore = now;
      return;
    }
    if (entry.work.kind === "answer") this.#afterFailedAnswer(entry, error, now);
    else if (error.retryable) this.#delay(entry, error, now);
    else this.#entries.delete(entry.task.correlationId);
  }

  #afterFailedAnswer(entry: Entry, error: AppError, now: number): void {
    // Whom the canvas failed while it is away waits for it, however often that happens.
    const isOutage = isOfCanvas(error) && !this.#availableCanvases.has(entry.task.canvasId);
    if (error.retryable && (isOutage || entry.retries < this.#limits.maxRetries)) {
      this.#delay(entry, error, now);
      return;
    }
    this.#report(entry, error, now);
  }

  #report(entry: Entry, error: AppError, now: number): void {
    entry.work = { kind: "report", error };
    entry.deadline = null;
    entry.retries = 0;
    entry.notBefore = now;
  }

  #delay(entry: Entry, error: AppError, now: number): void {
    entry.notBefore = now + retryDelay(error, entry.retries, this.#limits.retryDelayMs);
    entry.retries += 1;
    entry.waitsForCanvas = isOfCanvas(error);
  }
}

function isOfCanvas(error: AppError): boolean {
  return error.code.startsWith("CANVUS_");
}
