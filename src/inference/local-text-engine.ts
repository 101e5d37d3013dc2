import { basename } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { checkModelFile } from "../models/check-model-file.ts";
import type { Logger } from "../observability/logger.ts";
import type { LoadPlan } from "./load-plan.ts";
import type { HostedRung, ModelHost } from "./model-host.ts";
import type { ModelMemoryStore } from "./model-memory.ts";
import type { GpuSetting, LoadOptions, ModelInfo, RunnerFailure } from "./protocol.ts";
import { runnerCommand } from "./runner-command.ts";
import { DEFAULT_LIMITS, type SupervisorLimits, type SupervisorPhase } from "./supervisor-state.ts";
import type { GenerateOptions, TextEngine, TextRequest, TextResult } from "./text-engine.ts";
import { type TextModelPlans, textModelPlans } from "./text-model-plans.ts";

const ID = "text";
const DEFAULT_MAX_QUEUE = 1000;

export interface LocalTextEngineOptions {
  /** Where its model is loaded, and evicted when others need the memory. */
  readonly host: ModelHost;
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
  /** How long the model stays loaded without a request, in ms. Defaults to 0: until its memory is needed. */
  readonly keepAliveMs?: number;
  /** Without it every start begins with an estimate. */
  readonly memory?: ModelMemoryStore;
  /** Called with true when requests begin to wait for the model to be loaded, with false when they need not any more. */
  readonly onWaiting?: (isWaiting: boolean) => void;
  /** How many requests may wait. Defaults to 1000; above it they fail with QUEUE_FULL. */
  readonly maxQueue?: number;
  /** Defaults to DEFAULT_LIMITS. */
  readonly limits?: SupervisorLimits;
  /** Command line of the runner. Defaults to this program's own hidden command. */
  readonly command?: readonly string[];
}

export interface TextEngineStatus {
  /** The model's name, for people. */
  readonly name: string;
  readonly state: SupervisorPhase["name"];
  /** A request made now would be answered; perhaps the model has to be loaded again for it. */
  readonly usable: boolean;
  /** What is loaded; null unless it is usable at once. */
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

/** Answers with a model on this machine, computed in a supervised process. Requests wait in order of arrival. */
export class LocalTextEngine implements TextEngine {
  readonly #options: LocalTextEngineOptions;
  #name: string;
  #isWaiting = false;
  #readySince = 0;
  #queued = 0;
  #refused = 0;

  constructor(options: LocalTextEngineOptions) {
    this.#options = options;
    this.#name = basename(options.modelPath, ".gguf");
  }

  /**
   * Checks the model file and begins to load it; `ready()` tells when it is usable.
   * @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID
   */
  async start(): Promise<void> {
    const { host, modelPath, memory, maxConcurrent, keepAliveMs = 0, logger } = this.#options;
    const facts = await checkModelFile(modelPath);
    this.#name = facts.name ?? this.#name;
    const plans = await textModelPlans(facts, { ...this.#options, sequences: maxConcurrent }, memory);
    host.open({
      id: ID,
      name: this.#name,
      rungs: plans.rungs.map((rung) => this.#rung(rung)),
      firstRung: plans.firstRung,
      parallel: maxConcurrent,
      keepAliveMs,
      command: this.#options.command ?? runnerCommand("text"),
      limits: this.#options.limits ?? DEFAULT_LIMITS,
      logger,
      onMeasured: (rung, { bytes }) => {
        this.#readySince = performance.now();
        void plans.remember(rung, bytes);
      },
      onChange: (isWaiting) => this.#changed(isWaiting),
    });
    // Why it cannot be loaded is in the log and in the status; here nobody waits for it.
    this.ready().catch(() => undefined);
  }

  /**
   * Loads the model if necessary, and resolves when it is usable.
   * @throws AppError MODEL_*, OUT_OF_MEMORY, ENGINE_UNAVAILABLE, RUNNER_QUARANTINED; CANCELLED when it is stopped
   */
  async ready(): Promise<ModelInfo> {
    const model = await this.#options.host.run(ID, new AbortController().signal, (runner) => ({
      result: Promise.resolve(runner.model),
      released: Promise.resolve(),
    }));
    if (model === null) throw new AppError("RUNNER_CRASHED", "The model process ended.");
    return model;
  }

  /**
   * Ends the runner; what waits fails with CANCELLED.
   * @param drainMs how long requests in work may take to end. Defaults to 0.
   */
  stop(drainMs = 0): Promise<void> {
    return this.#options.host.close(ID, drainMs);
  }

  status(): TextEngineStatus {
    const { host } = this.#options;
    const supervisor = host.supervisor(ID);
    const view = host.status().find(({ id }) => id === ID);
    const model = supervisor?.model ?? null;
    const wasUsable = view !== undefined && view.lastUsed !== null && view.error === null;
    return {
      name: this.#name,
      state: supervisor?.state.phase.name ?? "stopped",
      usable: model !== null || (wasUsable && view.state !== "loading"),
      model,
      error: view?.state === "failed" ? view.error : null,
      queued: this.#queued,
      active: supervisor?.state.active ?? 0,
      crashes: supervisor?.state.crashes ?? 0,
      refused: this.#refused,
      pid: supervisor?.pid ?? null,
      residentBytes: supervisor?.residentBytes ?? 0,
    };
  }

  async generate(request: TextRequest, options: GenerateOptions): Promise<TextResult> {
    if (this.#queued >= (this.#options.maxQueue ?? DEFAULT_MAX_QUEUE)) {
      this.#refused++;
      throw new AppError("QUEUE_FULL", `${this.#queued} requests wait for the text engine already.`);
    }
    const queuedAt = performance.now();
    let begunAt: number | null = null;
    this.#queued++;
    const result = this.#options.host.run(ID, options.signal, (runner) => {
      begunAt = performance.now();
      this.#queued--;
      return runner.generate(request, options);
    });
    try {
      const answer = await result;
      const waitedMs = (begunAt ?? queuedAt) - queuedAt;
      const loadMs = Math.min(waitedMs, Math.max(0, this.#readySince - queuedAt));
      return { ...answer, metrics: { ...answer.metrics, queue_ms: waitedMs - loadMs, load_ms: loadMs } };
    } finally {
      if (begunAt === null) this.#queued--;
    }
  }

  #rung(rung: TextModelPlans["rungs"][number]): HostedRung {
    const { pool, bytes, plan } = rung;
    return { pool, bytes, step: plan.step, loadOptions: (attempt) => this.#loadOptions(plan, attempt) };
  }

  #loadOptions({ step: _step, pool: _pool, ...plan }: LoadPlan, attempt: number): LoadOptions {
    const { modelPath, isDemo, threads, maxConcurrent, logger } = this.#options;
    const giveUpGpu = plan.gpu === "auto" && attempt > 0;
    if (giveUpGpu)
      logger.warn("The last load failed; trying again without a GPU", {
        source: "inference/local-text-engine.ts:loadOptions",
      });
    const gpu = giveUpGpu ? "off" : plan.gpu;
    return { ...plan, gpu, modelPath, isDemo, threads, sequences: maxConcurrent };
  }

  #changed(isWaiting: boolean): void {
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    this.#options.onWaiting?.(isWaiting);
  }
}
