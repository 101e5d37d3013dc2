import type { ChildOptions } from "../child-process/child-process.ts";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { measureBudget } from "./memory-budget.ts";
import { ModelScheduler } from "./model-scheduler.ts";
import type {
  LoadMeasurement,
  MemoryBudget,
  ModelEffect,
  ModelState,
  ModelView,
  Rung,
  SchedulableModel,
} from "./model-scheduler-types.ts";
import type { Work } from "./pending-requests.ts";
import type { LoadOptions, RunnerFailure } from "./protocol.ts";
import { RunnerSupervisor } from "./runner-supervisor.ts";
import type { SupervisorLimits, SupervisorPhase } from "./supervisor-state.ts";

const STOPPED: RunnerFailure = { code: "CANCELLED", message: "The model is stopped." };
const CANCELLED: RunnerFailure = { code: "CANCELLED", message: "The answer was cancelled." };

/** One way to load a model, with what its runner is told for it. */
export interface HostedRung extends Rung {
  /** What was reduced last to save memory, for people. */
  readonly step: string;
  /** @param attempt how many processes in a row have failed to load like this before */
  readonly loadOptions: (attempt: number) => LoadOptions;
}

export interface HostedModel extends SchedulableModel, Omit<ChildOptions, "called"> {
  /** For people. */
  readonly name: string;
  readonly rungs: readonly HostedRung[];
  readonly limits: SupervisorLimits;
  /** Called with what it takes each time it is loaded. */
  readonly onMeasured: (rung: number, measured: LoadMeasurement) => void;
  /** Called after every change; `isWaiting` while somebody waits for it to be loaded. */
  readonly onChange: (isWaiting: boolean) => void;
}

/** A model as the page and the log show it. */
export interface ModelStatus extends ModelView {
  readonly name: string;
  /** What was reduced to save memory. */
  readonly step: string;
}

interface Hosted {
  readonly model: HostedModel;
  readonly supervisor: RunnerSupervisor;
  phase: SupervisorPhase["name"];
  state: ModelState;
  loadBegunAt: number;
  closing: boolean;
}

interface Request {
  /** To be called in the very moment of admission: a moment later the runner may be gone. */
  readonly begin: () => void;
  readonly refuse: (error: AppError) => void;
}

/** Runs models in supervised processes, as many as the memory allows; the pure scheduler says which. */
export class ModelHost {
  readonly #logger: Logger;
  readonly #measure: (runners: readonly number[]) => Promise<MemoryBudget>;
  readonly #gpuReleased: (pid: number) => Promise<void>;
  readonly #scheduler = new ModelScheduler({ ram: null, vram: null });
  readonly #hosted = new Map<string, Hosted>();
  readonly #requests = new Map<number, Request>();
  #measuring: Promise<void> | null = null;
  #lastRequest = 0;
  #wake: ReturnType<typeof setTimeout> | null = null;

  /**
   * @param measure tells how much memory models may take; given are the process ids of those that run
   * @param gpuReleased see RunnerSupervisorOptions; without it that is taken for granted
   */
  constructor(logger: Logger, measure = measureBudget, gpuReleased = async (_pid: number) => {}) {
    this.#logger = logger;
    this.#measure = measure;
    this.#gpuReleased = gpuReleased;
  }

  /** Makes a model known; it is loaded when somebody wants to `run` something. */
  open(model: HostedModel): void {
    const supervisor = new RunnerSupervisor({
      ...model,
      loadOptions: (attempt) => this.#rungOf(model).loadOptions(attempt),
      gpuReleased: this.#gpuReleased,
      onChange: () => this.#changed(hosted),
    });
    const hosted: Hosted = {
      model,
      supervisor,
      phase: "stopped",
      state: "cold",
      loadBegunAt: 0,
      closing: false,
    };
    this.#hosted.set(model.id, hosted);
    this.#scheduler.add(model);
  }

  /**
   * Ends a model's process and forgets it; what waits for it fails with CANCELLED.
   * @param drainMs how long requests in work may take to end
   */
  async close(id: string, drainMs: number): Promise<void> {
    const hosted = this.#hosted.get(id);
    if (!hosted) return;
    hosted.closing = true;
    this.#apply(this.#scheduler.remove(id, STOPPED, performance.now()));
    await hosted.supervisor.stop(drainMs);
    if (this.#hosted.get(id) === hosted) this.#hosted.delete(id);
  }

  /**
   * Waits until the model is loaded and has a place free, then works with its runner.
   * @throws AppError CANCELLED when the signal aborts or the model is closed, the reason when it cannot be used, and
   * what the work throws
   */
  async run<T>(id: string, signal: AbortSignal, work: (runner: RunnerSupervisor) => Work<T>): Promise<T> {
    const hosted = this.#hosted.get(id);
    if (hosted?.phase !== "ready") await this.#measureAgain();
    if (!hosted || hosted.closing) throw toError(STOPPED);
    if (signal.aborted) throw toError(CANCELLED);
    const request = ++this.#lastRequest;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const cancel = () => this.#apply(this.#scheduler.cancel(request, CANCELLED, performance.now()));
    signal.addEventListener("abort", cancel, { once: true });
    this.#requests.set(request, {
      refuse: reject,
      begin: () => {
        // In a promise, so that work that cannot even begin gives its place back, too.
        const begun = new Promise<Work<T>>((take) => take(work(hosted.supervisor)));
        begun.then(({ result }) => result).then(resolve, reject);
        const released = begun.then((begun) => begun.released).catch(() => undefined);
        void released.then(() => this.#apply(this.#scheduler.ended(request, performance.now())));
      },
    });
    this.#apply(this.#scheduler.request(request, id, performance.now()));
    return promise.finally(() => signal.removeEventListener("abort", cancel));
  }

  /** The process of an open model. */
  supervisor(id: string): RunnerSupervisor | undefined {
    return this.#hosted.get(id)?.supervisor;
  }

  status(): readonly ModelStatus[] {
    return this.#scheduler.view().flatMap((view) => {
      const model = this.#hosted.get(view.id)?.model;
      return model ? [{ ...view, name: model.name, step: model.rungs[view.rung]?.step ?? "" }] : [];
    });
  }

  #rungOf(model: HostedModel): HostedRung {
    const { rung } = this.#viewOf(model.id) ?? { rung: 0 };
    const found = model.rungs[rung];
    if (!found) throw new Error(`The model ${model.id} has no rung ${rung}.`);
    return found;
  }

  #viewOf(id: string): ModelView | undefined {
    return this.#scheduler.view().find((view) => view.id === id);
  }

  /** Requests that come meanwhile wait for the same measurement, so that they keep their order. */
  #measureAgain(): Promise<void> {
    this.#measuring ??= this.#measureNow().finally(() => {
      this.#measuring = null;
    });
    return this.#measuring;
  }

  async #measureNow(): Promise<void> {
    const pids = [...this.#hosted.values()].flatMap(({ supervisor }) => supervisor.pid ?? []);
    const budget = await this.#measure(pids);
    this.#apply(this.#scheduler.setBudget(budget, performance.now()));
  }

  #apply(effects: readonly ModelEffect[]): void {
    for (const effect of effects) this.#do(effect);
    for (const view of this.#scheduler.view()) this.#tell(view);
    this.#arm();
  }

  #tell({ id, state, queued, error }: ModelView): void {
    const hosted = this.#hosted.get(id);
    if (!hosted) return;
    const hasFailed = state === "failed" && hosted.state !== "failed";
    hosted.state = state;
    if (hasFailed && error?.code === "OUT_OF_MEMORY") {
      this.#logger.error(`The model ${hosted.model.name} cannot be used: ${error.message}`, {
        source: "inference/model-host.ts:tell",
        error: toError(error),
      });
    }
    hosted.model.onChange(queued > 0 && state !== "loaded");
  }

  #do(effect: ModelEffect): void {
    if (effect.type === "load") this.#load(effect.model, effect.rung);
    else if (effect.type === "unload") this.#unload(effect.model, effect.why);
    else {
      const request = this.#requests.get(effect.request);
      this.#requests.delete(effect.request);
      if (effect.type === "admit") request?.begin();
      else request?.refuse(toError(effect.error));
    }
  }

  #load(id: string, rung: number): void {
    const hosted = this.#hosted.get(id);
    if (!hosted) return;
    const { name, rungs } = hosted.model;
    const { step = "", bytes = 0 } = rungs[rung] ?? {};
    const fields = { source: "inference/model-host.ts:load", model: name, step, expected_bytes: bytes };
    if (rung === 0) this.#logger.debug(`Loading ${name}`, fields);
    else this.#logger.warn(`Loading ${name} with less, to fit into memory: ${step}`, fields);
    hosted.loadBegunAt = performance.now();
    hosted.supervisor.start();
  }

  #unload(id: string, why: "memory" | "idle"): void {
    const hosted = this.#hosted.get(id);
    if (!hosted) return;
    const reason = why === "idle" ? "it has not been used for a while" : "another model needs the memory";
    const { name } = hosted.model;
    this.#logger.info(`Unloading ${name}: ${reason}`, {
      source: "inference/model-host.ts:unload",
      model: name,
    });
    void hosted.supervisor.stop(0);
  }

  /** Tells the scheduler what has become of a process. */
  #changed(hosted: Hosted): void {
    const { phase } = hosted.supervisor.state;
    const before = hosted.phase;
    if (phase.name === before) return;
    hosted.phase = phase.name;
    const { id } = hosted.model;
    const now = performance.now();
    if (phase.name === "ready") this.#loaded(hosted);
    else if (before === "ready") this.#apply(this.#scheduler.crashed(id, now));
    if (phase.name === "stopped") this.#apply(this.#scheduler.unloaded(id, now));
    if (phase.name === "failed" || phase.name === "quarantined") {
      this.#apply(this.#scheduler.failed(id, phase.error, now));
    }
  }

  #loaded({ model, supervisor, loadBegunAt }: Hosted): void {
    const view = this.#viewOf(model.id);
    const { memory } = supervisor;
    if (!view || memory === null) return;
    const pool = supervisor.model?.gpu === "off" ? "ram" : "vram";
    const now = performance.now();
    const bytes = pool === "ram" ? memory.rssBytes : memory.vramBytes;
    const measured = { pool, bytes, loadMs: now - loadBegunAt } as const;
    model.onMeasured(view.rung, measured);
    this.#apply(this.#scheduler.loaded(model.id, measured, now));
  }

  #arm(): void {
    if (this.#wake !== null) clearTimeout(this.#wake);
    this.#wake = null;
    const now = performance.now();
    const wakeAt = this.#scheduler.nextWakeAt(now);
    if (wakeAt === null) return;
    // Rounded up: a timer that fires a fraction too early would find nothing to do.
    this.#wake = setTimeout(
      () => this.#apply(this.#scheduler.tick(performance.now())),
      Math.ceil(wakeAt - now),
    );
  }
}

function toError({ code, message }: RunnerFailure): AppError {
  return new AppError(code, message);
}
