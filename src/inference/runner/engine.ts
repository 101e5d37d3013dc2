import type { LogLevel } from "../../observability/logger.ts";
import type { LoadOptions, ModelInfo } from "../protocol.ts";
import type { TextRequest, TextResult } from "../text-engine.ts";

export interface EngineLoadHooks {
  /** 0 to 1; called often while the file is read. */
  readonly onProgress: (fraction: number) => void;
  readonly log: (level: LogLevel, message: string) => void;
}

export interface EngineGenerateHooks {
  readonly signal: AbortSignal;
  readonly onText: (piece: string) => void;
}

/** What a runner runs. */
export interface RunnerEngine {
  readonly model: ModelInfo;
  /** Memory of the GPU that the load took; 0 without one. */
  readonly vramBytes: number;
  /** Grows while tokens are read or written, in whatever request. */
  readonly progress: number;
  /** @throws AppError CANCELLED, INFERENCE_FAILED */
  generate(request: TextRequest, hooks: EngineGenerateHooks): Promise<TextResult>;
  dispose(): Promise<void>;
}

/** @throws AppError MODEL_FILE_*, ENGINE_UNAVAILABLE, OUT_OF_MEMORY, MODEL_LOAD_FAILED */
export type LoadEngine = (options: LoadOptions, hooks: EngineLoadHooks) => Promise<RunnerEngine>;
