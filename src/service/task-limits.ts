import type { Config } from "../config/schema.ts";
import type { SchedulerLimits } from "../tasks/task-scheduler.ts";

/** The settings of the queue as the scheduler wants them. */
export function taskLimits(config: Config): SchedulerLimits {
  const canvases = config.CANVAS_IDS?.length ?? 0;
  return {
    maxRunning: config.MAX_CONCURRENT,
    maxQueued: config.CANVUSLLM_QUEUE_LIMIT,
    // With several canvases none of them can fill the queue alone.
    maxQueuedPerCanvas: Math.ceil(config.CANVUSLLM_QUEUE_LIMIT / Math.max(1, canvases)),
    maxRetries: config.MAX_RETRIES,
    retryDelayMs: config.RETRY_DELAY,
    processingTimeoutMs: config.PROCESSING_TIMEOUT,
  };
}
