import { AppError } from "../../errors/app-error.ts";
import type { SchedulerLimits, Work } from "../scheduler-contract.ts";
import type { Task } from "../task.ts";
import { TaskScheduler } from "../task-scheduler.ts";

export const LIMITS: SchedulerLimits = {
  maxRunning: 2,
  maxQueued: 10,
  maxQueuedPerCanvas: 5,
  maxRetries: 2,
  retryDelayMs: 1000,
  documentTimeoutMs: 600_000,
  processingTimeoutMs: 60_000,
};

export const transient = new AppError("RUNNER_CRASHED", "crashed");
export const permanent = new AppError("INFERENCE_FAILED", "no");

export function task(id: string, canvasId = "a", widgetId = id): Task {
  return {
    correlationId: id,
    canvasId,
    widgetId,
    operation: "note_prompt",
    prompt: id,
    contentHash: id,
    createdAt: 0,
    seenAt: 0,
    stage: "queued",
    answerId: null,
    recovered: false,
    attempts: 0,
  };
}

/** Records the effects as words: `start a answer`, `abort a CANCELLED`, `waiting a 2`. */
export function setup(limits: Partial<SchedulerLimits> = {}, canvases = ["a", "b"]) {
  const trace: string[] = [];
  const scheduler = new TaskScheduler(
    { ...LIMITS, ...limits },
    {
      start: (started: Task, work: Work) => trace.push(`start ${started.correlationId} ${work.kind}`),
      abort: (aborted, reason) => trace.push(`abort ${aborted.correlationId} ${reason.code}`),
      waiting: (waiting, ahead) => trace.push(`waiting ${waiting.correlationId} ${ahead}`),
    },
  );
  for (const canvas of canvases) scheduler.canvasAvailable(canvas, true, 0);
  return { scheduler, trace };
}
