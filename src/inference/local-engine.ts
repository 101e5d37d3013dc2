import { basename } from "node:path";
import { ownCommand } from "../child-process/own-command.ts";
import { AppError } from "../errors/app-error.ts";
import type { SupplyProgress } from "../models/model-supply.ts";
import type { Logger } from "../observability/logger.ts";
import type { ModelHost } from "./model-host.ts";
import type { ModelMemoryStore } from "./model-memory.ts";
import type { ModelPlan, ModelPlans } from "./model-plans.ts";
import type { WorkOptions } from "./pending-requests.ts";
import type { EngineKind, GpuSetting, LoadOptions, ModelInfo, RunnerFailure } from "./protocol.ts";
import type { WorkKind, WorkRequest, WorkResult } from "./runner-work.ts";
import { DEFAULT_LIMITS, type SupervisorLimits, type SupervisorPhase } from "./supervisor-state.ts";

const DEFAULT_MAX_QUEUE = 1000;

export interface LocalEngineOptions {
  /** Where its model is loaded, and evicted when others need the memory. */
  readonly host: ModelHost;
  readonly modelPath: string;
  readonly isDemo: boolean;
  /** 0 = automatic. */
  readonly threads: number;
  readonly gpu: GpuSetting;
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

export interface EngineStatus {
  readonly kind: EngineKind;
  /** The model's name, for people. */
  readonly name: string;
  /** Address of the server that has it; null = this machine. */
  readonly endpoint: string | null;
  readonly state: SupervisorPhase["name"];
  /** A request made now would be answered; perhaps the model has to be loaded again for it. */
  readonly usable: boolean;
  /** What is loaded; null unless it is usable at once. */
  readonly model: ModelInfo | null;
  /** Why it cannot be used, when it cannot. */
  readonly error: RunnerFailure | null;
  /** Null unless its file is still being downloaded. */
  readonly download: SupplyProgress | null;
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

/** What becomes known of a model when its files were looked at. */
export interface EngineModel<Plan extends ModelPlan> {
  /** For people; null = the name of its file. */
  readonly name: string | null;
  /** Requests it computes at once. */
  readonly parallel: number;
  readonly plans: ModelPlans<Plan>;
  /** Which lines of its process's output may be logged. Defaults to all. */
  readonly mayBeLogged?: (line: string) => boolean;
  /** @param gpu instead of the plan's: after a failed load it may be better to do without */
  readonly loadOptions: (plan: Plan, gpu: GpuSetting) => LoadOptions;
}

/** How long a request waited, in ms: for a place in the engine, and for the model to be loaded. */
export interface Waited {
  readonly queue_ms: number;
  readonly load_ms: number;
}

/** What engines of all kinds have in common: a model in a supervised process, and requests that wait for it in order. */
export class LocalEngine {
  readonly #kind: EngineKind;
  readonly #options: LocalEngineOptions;
  #name: string;
  #isWaiting = false;
  #readySince = 0;
  #queued = 0;
  #refused = 0;
  #stops = 0;

  constructor(kind: EngineKind, options: LocalEngineOptions) {
    this.#kind = kind;
    this.#options = options;
    this.#name = basename(options.modelPath, ".gguf");
  }

  /**
   * Waits for what `open` needs.
   * @throws AppError CANCELLED when it was stopped meanwhile: opened now, its process would outlive the stop
   */
  async unlessStopped<T>(preparing: Promise<T>): Promise<T> {
    const stops = this.#stops;
    const prepared = await preparing;
    if (stops !== this.#stops) throw new AppError("CANCELLED", "The engine was stopped while it started.");
    return prepared;
  }

  /** Makes the model known to its host; it is loaded for the first request, or by `ready()`. */
  open<Plan extends ModelPlan>(model: EngineModel<Plan>): void {
    const { name, parallel, plans, loadOptions, mayBeLogged } = model;
    const { host, keepAliveMs = 0, command, limits, logger } = this.#options;
    this.#name = name ?? this.#name;
    host.open({
      id: this.#kind,
      name: this.#name,
      rungs: plans.rungs.map(({ pool, bytes, plan }) => ({
        pool,
        bytes,
        step: plan.step,
        loadOptions: (attempt) => loadOptions(plan, this.#gpuFor(plan, attempt)),
      })),
      firstRung: plans.firstRung,
      parallel,
      keepAliveMs,
      command: command ?? ownCommand("runner", this.#kind),
      limits: limits ?? DEFAULT_LIMITS,
      logger,
      ...(mayBeLogged === undefined ? {} : { mayBeLogged }),
      onMeasured: (rung, { bytes }) => {
        this.#readySince = performance.now();
        void plans.remember(rung, bytes);
      },
      onChange: (isWaiting) => this.#changed(isWaiting),
    });
  }

  /**
   * Loads the model if necessary, and resolves when it is usable.
   * @throws AppError MODEL_*, OUT_OF_MEMORY, ENGINE_UNAVAILABLE, RUNNER_QUARANTINED; CANCELLED when it is stopped
   */
  async ready(): Promise<ModelInfo> {
    const model = await this.#options.host.run(this.#kind, new AbortController().signal, (runner) => ({
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
    this.#stops++;
    return this.#options.host.close(this.#kind, drainMs);
  }

  status(): EngineStatus {
    const { host } = this.#options;
    const supervisor = host.supervisor(this.#kind);
    const view = host.status().find(({ id }) => id === this.#kind);
    const model = supervisor?.model ?? null;
    const wasUsable = view !== undefined && view.lastUsed !== null && view.error === null;
    return {
      kind: this.#kind,
      name: this.#name,
      endpoint: null,
      state: supervisor?.state.phase.name ?? "stopped",
      usable: model !== null || (wasUsable && view.state !== "loading"),
      model,
      error: view?.state === "failed" ? view.error : null,
      download: null,
      queued: this.#queued,
      active: supervisor?.state.active ?? 0,
      crashes: supervisor?.state.crashes ?? 0,
      refused: this.#refused,
      pid: supervisor?.pid ?? null,
      residentBytes: supervisor?.residentBytes ?? 0,
    };
  }

  /** @throws AppError QUEUE_FULL, and what ModelHost.run and the runner throw */
  async run<Kind extends WorkKind>(
    request: Extract<WorkRequest, { kind: Kind }>,
    options: WorkOptions,
  ): Promise<{ readonly result: WorkResult<Kind>; readonly waited: Waited }> {
    if (this.#queued >= (this.#options.maxQueue ?? DEFAULT_MAX_QUEUE)) {
      this.#refused++;
      throw new AppError("QUEUE_FULL", `${this.#queued} requests wait for the ${this.#kind} engine already.`);
    }
    const queuedAt = performance.now();
    let begunAt: number | null = null;
    this.#queued++;
    try {
      const result = await this.#options.host.run(this.#kind, options.signal, (runner) => {
        begunAt = performance.now();
        this.#queued--;
        return runner.run<Kind>(request, options);
      });
      const waitedMs = (begunAt ?? queuedAt) - queuedAt;
      const loadMs = Math.min(waitedMs, Math.max(0, this.#readySince - queuedAt));
      return { result, waited: { queue_ms: waitedMs - loadMs, load_ms: loadMs } };
    } finally {
      if (begunAt === null) this.#queued--;
    }
  }

  #gpuFor({ gpu }: ModelPlan, attempt: number): GpuSetting {
    if (gpu !== "auto" || attempt === 0) return gpu;
    this.#options.logger.warn("The last load failed; trying again without a GPU", {
      source: "inference/local-engine.ts:gpuFor",
    });
    return "off";
  }

  #changed(isWaiting: boolean): void {
    if (isWaiting === this.#isWaiting) return;
    this.#isWaiting = isWaiting;
    this.#options.onWaiting?.(isWaiting);
  }
}
