import { AppError } from "../errors/app-error.ts";
import { checkModelFile } from "../models/check-model-file.ts";
import type { Logger } from "../observability/logger.ts";
import type { GpuSetting, LoadOptions, ModelInfo, RunnerFailure } from "./protocol.ts";
import { runnerCommand } from "./runner-command.ts";
import { RunnerSupervisor } from "./runner-supervisor.ts";
import { DEFAULT_LIMITS, refusal, type SupervisorLimits, type SupervisorPhase } from "./supervisor-state.ts";
import type { GenerateOptions, TextEngine, TextRequest, TextResult } from "./text-engine.ts";

const DEFAULT_MAX_QUEUE = 1000;

export interface LocalTextEngineOptions {
  readonly modelPath: string;
  readonly isDemo: boolean;
  /** Tokens of each request's context, prompt and answer together; 0 = automatic. */
  readonly contextSize: number;
  /** 0 = automatic. */
  readonly threads: number;
  readonly gpu: GpuSetting;
  /** How many requests are computed at once, in one batch. */
  readonly maxConcurrent: number;
  readonly logger: Logger;
  /** How many requests may wait. Defaults to 1000; above it they fail with QUEUE_FULL. */
  readonly maxQueue?: number;
  /** Defaults to DEFAULT_LIMITS. */
  readonly limits?: SupervisorLimits;
  /** Command line of the runner. Defaults to this program's own hidden command. */
  readonly command?: readonly string[];
}

export interface TextEngineStatus {
  readonly state: SupervisorPhase["name"];
  /** What is loaded; null unless it is usable now. */
  readonly model: ModelInfo | null;
  /** Why it cannot be used, when it cannot. */
  readonly error: RunnerFailure | null;
  readonly queued: number;
  readonly active: number;
  readonly crashes: number;
  /** Requests that were turned away because too many waited. */
  readonly refused: number;
  /** Process id of the runner. */
  readonly pid: number | null;
  /** Memory of the runner as it last reported it. */
  readonly residentBytes: number;
}

interface QueuedRequest {
  readonly request: TextRequest;
  readonly options: GenerateOptions;
  readonly queuedAt: number;
  readonly resolve: (result: TextResult) => void;
  readonly reject: (error: unknown) => void;
  readonly release: () => void;
}

/** Answers with a model on this machine, computed in a supervised process. Requests wait in order of arrival. */
export class LocalTextEngine implements TextEngine {
  readonly #options: LocalTextEngineOptions;
  readonly #supervisor: RunnerSupervisor;
  readonly #queue: QueuedRequest[] = [];
  readonly #readyWaiters: PromiseWithResolvers<ModelInfo>[] = [];
  #readySince = 0;
  #wasReady = false;
  #refused = 0;

  constructor(options: LocalTextEngineOptions) {
    this.#options = options;
    this.#supervisor = new RunnerSupervisor({
      command: options.command ?? runnerCommand("text"),
      loadOptions: (attempt) => this.#loadOptions(attempt),
      limits: options.limits ?? DEFAULT_LIMITS,
      logger: options.logger,
      onChange: () => this.#changed(),
    });
  }

  /**
   * Checks the model file and begins to load it; `ready()` tells when it is usable.
   * @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID
   */
  async start(): Promise<void> {
    await checkModelFile(this.#options.modelPath);
    this.#supervisor.start();
  }

  /**
   * Resolves when the model is usable.
   * @throws AppError MODEL_*, OUT_OF_MEMORY, ENGINE_UNAVAILABLE, RUNNER_QUARANTINED; CANCELLED when it is stopped
   */
  async ready(): Promise<ModelInfo> {
    const { model } = this.#supervisor;
    if (model !== null) return model;
    const refused = refusal(this.#supervisor.state);
    if (refused !== null) throw new AppError(refused.code, refused.message);
    const waiter = Promise.withResolvers<ModelInfo>();
    this.#readyWaiters.push(waiter);
    return waiter.promise;
  }

  /**
   * Ends the runner; what waits fails with CANCELLED.
   * @param drainMs how long requests in work may take to end. Defaults to 0.
   */
  stop(drainMs = 0): Promise<void> {
    return this.#supervisor.stop(drainMs);
  }

  status(): TextEngineStatus {
    const { state, model, pid, residentBytes } = this.#supervisor;
    const error = refusal(state);
    return {
      state: state.phase.name,
      model,
      error: error?.code === "CANCELLED" ? null : error,
      queued: this.#queue.length,
      active: state.active,
      crashes: state.crashes,
      refused: this.#refused,
      pid,
      residentBytes,
    };
  }

  async generate(request: TextRequest, options: GenerateOptions): Promise<TextResult> {
    if (options.signal.aborted) throw cancelled();
    const refused = refusal(this.#supervisor.state);
    if (refused !== null) throw new AppError(refused.code, refused.message);
    if (this.#queue.length >= (this.#options.maxQueue ?? DEFAULT_MAX_QUEUE)) {
      this.#refused++;
      throw new AppError("QUEUE_FULL", `${this.#queue.length} requests wait for the text engine already.`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<TextResult>();
    const cancel = () => {
      const index = this.#queue.indexOf(queued);
      if (index !== -1) this.#queue.splice(index, 1);
      reject(cancelled());
    };
    const release = () => options.signal.removeEventListener("abort", cancel);
    const queued = { request, options, queuedAt: performance.now(), resolve, reject, release };
    options.signal.addEventListener("abort", cancel, { once: true });
    this.#queue.push(queued);
    this.#dispatchQueue();
    return promise;
  }

  #loadOptions(attempt: number): LoadOptions {
    const { modelPath, isDemo, contextSize, threads, gpu, maxConcurrent, logger } = this.#options;
    const giveUpGpu = gpu === "auto" && attempt > 0;
    if (giveUpGpu)
      logger.warn("The last load failed; trying again without a GPU", {
        source: "inference/local-text-engine.ts:loadOptions",
      });
    return {
      modelPath,
      isDemo,
      contextSize,
      threads,
      gpu: giveUpGpu ? "off" : gpu,
      sequences: maxConcurrent,
    };
  }

  #changed(): void {
    const { state, model } = this.#supervisor;
    if (model !== null && !this.#wasReady) this.#readySince = performance.now();
    this.#wasReady = model !== null;
    if (model !== null) {
      for (const waiter of this.#readyWaiters.splice(0)) waiter.resolve(model);
      this.#dispatchQueue();
      return;
    }
    const refused = refusal(state);
    if (refused === null) return;
    const error = new AppError(refused.code, refused.message);
    for (const waiter of this.#readyWaiters.splice(0)) waiter.reject(error);
    for (const { reject, release } of this.#queue.splice(0)) {
      release();
      reject(error);
    }
  }

  #dispatchQueue(): void {
    while (this.#supervisor.model !== null && this.#supervisor.state.active < this.#options.maxConcurrent) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      next.release();
      this.#send(next);
    }
  }

  #send({ request, options, queuedAt, resolve, reject }: QueuedRequest): void {
    const waitedMs = performance.now() - queuedAt;
    const loadMs = Math.min(waitedMs, Math.max(0, this.#readySince - queuedAt));
    const result = this.#supervisor.generate(request, options);
    result.then((answer) => {
      const metrics = { ...answer.metrics, queue_ms: waitedMs - loadMs, load_ms: loadMs };
      resolve({ ...answer, metrics });
    }, reject);
  }
}

function cancelled(): AppError {
  return new AppError("CANCELLED", "The answer was cancelled.");
}
