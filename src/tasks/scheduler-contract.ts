import type { AppError } from "../errors/app-error.ts";
import type { Task } from "./task.ts";

/** What is to be done for a task: answer it, tell people on the canvas why not, or take back what was written. */
export type Work =
  | { readonly kind: "answer" }
  | { readonly kind: "report"; readonly error: AppError }
  | { readonly kind: "withdraw" };

/** How a piece of work ended. An error means: it is not finished, the scheduler decides what comes next. */
export type WorkResult = { readonly done: true } | { readonly done: false; readonly error: AppError };

/** The scheduler's only way to act on the world. */
export interface SchedulerEffects {
  /** Begin this work; its end is reported by `workEnded`, exactly once. */
  start(task: Task, work: Work): void;
  /** Make the running work end soon; it still reports its end. */
  abort(task: Task, reason: AppError): void;
  /** The task has to wait for others before it. */
  waiting(task: Task, ahead: number): void;
}

export interface SchedulerLimits {
  readonly maxRunning: number;
  /** Tasks that wait, of all canvases together and of one. */
  readonly maxQueued: number;
  readonly maxQueuedPerCanvas: number;
  /** Repetitions after a transient error. */
  readonly maxRetries: number;
  readonly retryDelayMs: number;
  /** Longest time from the first start of a task to its answer. */
  readonly processingTimeoutMs: number;
  /** The same for tasks that read whole documents. */
  readonly documentTimeoutMs: number;
}
