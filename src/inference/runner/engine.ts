import { AppError } from "../../errors/app-error.ts";
import type { LogLevel } from "../../observability/logger.ts";
import type { LoadOptions, ModelInfo } from "../protocol.ts";
import type { WorkRequest, WorkResult } from "../runner-work.ts";

export interface EngineLoadHooks {
  /** 0 to 1; called often while the file is read. */
  readonly onProgress: (fraction: number) => void;
  readonly log: (level: LogLevel, message: string) => void;
}

export interface EngineWorkHooks {
  readonly signal: AbortSignal;
  /** @param tokens how many the piece is made of */
  readonly onText: (piece: string, tokens: number) => void;
  /** To be called after each denoising step. */
  readonly onStep: (step: number, steps: number) => void;
}

/** What a runner runs. */
export interface RunnerEngine {
  readonly model: ModelInfo;
  /** Memory of the GPU that the load took; 0 without one. */
  readonly vramBytes: number;
  /** Memory that its work takes besides, when that is allocated only then. */
  readonly workBytes?: number;
  /** Grows with all that is done, token by token or step by step, in whatever request. */
  readonly progress: number;
  /**
   * @returns the result of that kind of work
   * @throws AppError CANCELLED, INFERENCE_FAILED
   */
  run(request: WorkRequest, hooks: EngineWorkHooks): Promise<WorkResult>;
  dispose(): Promise<void>;
}

/** @throws AppError MODEL_FILE_*, ENGINE_UNAVAILABLE, OUT_OF_MEMORY, MODEL_LOAD_FAILED */
export type LoadEngine = (options: LoadOptions, hooks: EngineLoadHooks) => Promise<RunnerEngine>;

/** What an engine answers when it is asked for the work of another. */
export function notMyWork(kind: WorkRequest["kind"]): AppError {
  return new AppError("INFERENCE_FAILED", `This engine does not do work of the kind "${kind}".`);
}
