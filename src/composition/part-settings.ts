import type { Config } from "../config/schema.ts";
import type { LocalImageEngineOptions } from "../inference/local-image-engine.ts";
import type { LocalTextEngineOptions } from "../inference/local-text-engine.ts";
import type { LocalVisionEngineOptions } from "../inference/local-vision-engine.ts";
import { DEFAULT_LIMITS } from "../inference/supervisor-state.ts";
import { bundledImageLibrary } from "../native/image-library.ts";
import type { StorageOptions } from "../storage/storage.ts";
import type { SchedulerLimits } from "../tasks/scheduler-contract.ts";

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
    documentTimeoutMs: config.CANVUSLLM_DOCUMENT_TIMEOUT,
  };
}

export function storageSettings(config: Config): Pick<StorageOptions, "retention" | "warnBytes"> {
  return {
    retention: {
      historyMs: config.CANVUSLLM_HISTORY_RETENTION,
      metricsMs: config.CANVUSLLM_METRICS_RETENTION,
    },
    warnBytes: config.CANVUSLLM_DB_WARN_SIZE,
  };
}

type EngineSettings = "keepAliveMs" | "contextSize" | "threads" | "gpu" | "maxConcurrent" | "limits";

export function textEngineSettings(config: Config): Pick<LocalTextEngineOptions, EngineSettings> {
  return {
    keepAliveMs: config.CANVUSLLM_MODEL_KEEP_ALIVE,
    contextSize: config.LLAMA_CONTEXT_SIZE,
    threads: config.LLAMA_THREADS,
    gpu: config.LLAMA_GPU,
    maxConcurrent: config.MAX_CONCURRENT,
    limits: { ...DEFAULT_LIMITS, noProgressMs: config.AI_TIMEOUT },
  };
}

export function visionEngineSettings(
  config: Config,
): Pick<LocalVisionEngineOptions, "keepAliveMs" | "threads" | "gpu" | "limits"> {
  const { keepAliveMs, threads, gpu, limits } = textEngineSettings(config);
  return { keepAliveMs, threads, gpu, limits };
}

type ImageEngineSettings = Exclude<EngineSettings, "contextSize"> | "libraryPath" | "imageSize" | "timeoutMs";

export function imageEngineSettings(config: Config): Pick<LocalImageEngineOptions, ImageEngineSettings> {
  const timeoutMs = config.SD_TIMEOUT_SECONDS;
  return {
    keepAliveMs: config.CANVUSLLM_MODEL_KEEP_ALIVE,
    libraryPath: config.SD_LIBRARY_PATH ?? bundledImageLibrary(),
    imageSize: config.SD_IMAGE_SIZE,
    threads: config.LLAMA_THREADS,
    gpu: config.LLAMA_GPU,
    maxConcurrent: config.SD_MAX_CONCURRENT,
    timeoutMs,
    // A picture of several steps, one of which takes longer than that, cannot be finished in time anyway.
    limits: { ...DEFAULT_LIMITS, noProgressMs: Math.min(config.AI_TIMEOUT, timeoutMs / 2) },
  };
}
