import { ModelScheduler } from "../model-scheduler.ts";
import type { MemoryBudget, ModelEffect, SchedulableModel } from "../model-scheduler-types.ts";
import type { RunnerFailure } from "../protocol.ts";

const NO_MEMORY: RunnerFailure = { code: "OUT_OF_MEMORY", message: "no memory" };
const CANCELLED: RunnerFailure = { code: "CANCELLED", message: "cancelled" };

/** A world around the scheduler: processes and requests as far as its effects made them, with a clock to step. */
export class ModelWorld {
  readonly scheduler: ModelScheduler;
  readonly loading = new Map<string, number>();
  readonly loaded = new Map<string, number>();
  readonly unloading = new Set<string>();
  /** Requests in work, with their model. */
  readonly working = new Map<number, string>();
  readonly waiting = new Map<number, string>();
  /** How each request ended. */
  readonly ended = new Map<number, string>();
  /** All effects, readable: `load a 0`, `unload a memory`, `admit 1`, `refuse 2 CANCELLED`. */
  readonly effects: string[] = [];
  readonly violations: string[] = [];
  readonly #models: ReadonlyMap<string, SchedulableModel>;
  budget: MemoryBudget;
  now = 0;
  #lastRequest = 0;

  constructor(budget: MemoryBudget, models: readonly SchedulableModel[]) {
    this.budget = budget;
    this.scheduler = new ModelScheduler(budget);
    this.#models = new Map(models.map((model) => [model.id, model]));
    for (const model of models) this.scheduler.add(model);
  }

  request(model: string): number {
    const request = ++this.#lastRequest;
    this.waiting.set(request, model);
    this.apply(this.scheduler.request(request, model, this.now));
    return request;
  }

  cancel(request: number): void {
    this.apply(this.scheduler.cancel(request, CANCELLED, this.now));
  }

  end(request: number): void {
    this.working.delete(request);
    this.#close(request, "done");
    this.apply(this.scheduler.ended(request, this.now));
  }

  /** @param bytes what it really takes; as planned unless given */
  load(model: string, bytes = this.taken(model), loadMs = 100): void {
    this.loaded.set(model, this.loading.get(model) ?? 0);
    this.loading.delete(model);
    const pool = this.scheduler.view().find(({ id }) => id === model)?.pool ?? "ram";
    this.apply(this.scheduler.loaded(model, { pool, bytes, loadMs }, this.now));
  }

  crash(model: string): void {
    this.loading.set(model, this.loaded.get(model) ?? 0);
    this.loaded.delete(model);
    const lost = [...this.working].filter(([, each]) => each === model);
    this.apply(this.scheduler.crashed(model, this.now));
    for (const [request] of lost) this.end(request);
  }

  fail(model: string, error = NO_MEMORY): void {
    this.loading.delete(model);
    this.apply(this.scheduler.failed(model, error, this.now));
  }

  unload(model: string): void {
    this.unloading.delete(model);
    this.apply(this.scheduler.unloaded(model, this.now));
  }

  setBudget(budget: MemoryBudget): void {
    this.budget = budget;
    this.apply(this.scheduler.setBudget(budget, this.now));
  }

  pass(ms: number): void {
    this.now += ms;
    this.apply(this.scheduler.tick(this.now));
  }

  state(model: string): string | undefined {
    return this.scheduler.view().find(({ id }) => id === model)?.state;
  }

  taken(model: string): number {
    return this.scheduler.view().find(({ id }) => id === model)?.bytes ?? 0;
  }

  apply(effects: readonly ModelEffect[]): void {
    for (const effect of effects) this.#apply(effect);
  }

  #apply(effect: ModelEffect): void {
    if (effect.type === "load") {
      this.effects.push(`load ${effect.model} ${effect.rung}`);
      this.#check(this.state(effect.model) === "loading" || effect.model, "a load that is not one");
      this.loading.set(effect.model, effect.rung);
      this.#checkBudget(effect.model, effect.rung);
    } else if (effect.type === "unload") {
      this.effects.push(`unload ${effect.model} ${effect.why}`);
      const isBusy = [...this.working.values()].includes(effect.model);
      this.#check(this.loaded.delete(effect.model), `${effect.model} was evicted while it was not loaded`);
      this.#check(!isBusy, `${effect.model} was evicted while it was busy`);
      this.unloading.add(effect.model);
    } else if (effect.type === "admit") {
      this.effects.push(`admit ${effect.request}`);
      const model = this.waiting.get(effect.request) ?? "";
      this.#check(this.waiting.delete(effect.request), `${effect.request} was admitted, but did not wait`);
      this.#check(this.loaded.has(model), `${effect.request} was admitted to a model that is not loaded`);
      this.working.set(effect.request, model);
    } else {
      this.effects.push(`refuse ${effect.request} ${effect.error.code}`);
      this.#check(this.waiting.delete(effect.request), `${effect.request} was refused, but did not wait`);
      this.#close(effect.request, effect.error.code);
    }
  }

  #checkBudget(model: string, rung: number): void {
    const pool = this.#models.get(model)?.rungs[rung]?.pool ?? "ram";
    const taking = this.scheduler.view().filter((view) => view.pool === pool);
    const taken = taking.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#check(taken <= (this.budget[pool] ?? Number.POSITIVE_INFINITY), `${model} exceeds the budget`);
  }

  #close(request: number, how: string): void {
    this.#check(!this.ended.has(request), `${request} ended twice`);
    this.ended.set(request, how);
  }

  #check(holds: unknown, violation: string): void {
    if (!holds) this.violations.push(violation);
  }
}
