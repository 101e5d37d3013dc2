import { chooseVictims } from "./choose-victims.ts";
import { candidates, LoadPlanner, rungThatFits } from "./load-planner.ts";
import {
  AGEING_MS,
  COOL_DOWN_MS,
  expiry,
  isIdle,
  type ModelEntry,
  newEntry,
  unload,
  waitingSince,
  wantsToLoad,
} from "./model-entry.ts";
import type {
  LoadMeasurement,
  MemoryBudget,
  ModelEffect,
  ModelView,
  SchedulableModel,
} from "./model-scheduler-types.ts";
import type { RunnerFailure } from "./protocol.ts";

/**
 * Decides which models are loaded. Pure: events and the time come in, effects go out; the caller carries them out and
 * calls `tick` at `nextWakeAt`. Times in ms on any clock that only goes forward.
 *
 * | event    | cold                         | loading                       | loaded                     | unloading  | failed              |
 * |----------|------------------------------|-------------------------------|----------------------------|------------|---------------------|
 * | request  | → loading, or waits for room | waits                         | admitted, or waits in line | waits      | refused; after the cool-down as cold |
 * | cancel   | refused when it waits        | refused when it waits         | refused when it waits      | refused when it waits | –        |
 * | ended    | forgotten                    | forgotten                     | the next is admitted       | forgotten  | forgotten           |
 * | loaded   | –                            | → loaded, waiting ones are admitted | –                    | –          | –                   |
 * | crashed  | –                            | –                             | → loading                  | –          | –                   |
 * | failed, no memory | –                   | → cold; one idle model goes, else one rung down, else → failed | – | → cold | –           |
 * | failed, other | –                       | → failed, waiting ones are refused | –                     | → cold     | –                   |
 * | unloaded | –                            | → cold                        | → cold                     | → cold     | –                   |
 * | remove   | forgotten                    | → unloading, then forgotten   | as loading                 | as loading | forgotten           |
 *
 * As far as is known, no load exceeds the budget; what does not even fit alone is refused. Idle models make room: as
 * few as possible, then the least recently used, then those that are back soonest. Busy ones and those that are loading
 * never do; but for a request that has waited AGEING_MS, busy ones begin nothing new and go when they are done. A model
 * that finds no room does not hold up others that do, until it has waited so long. A request for a loaded model never
 * waits for another's load.
 */
export class ModelScheduler {
  readonly #entries = new Map<string, ModelEntry>();
  /** By request, those that wait or are worked on. */
  readonly #requests = new Map<number, ModelEntry>();
  #budget: MemoryBudget;

  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  add(model: SchedulableModel): void {
    this.#entries.set(model.id, newEntry(model));
  }

  /** The caller ends its process; `unloaded` is expected, unless it has none. What waits is refused with the error. */
  remove(id: string, error: RunnerFailure, now: number): readonly ModelEffect[] {
    const entry = this.#entries.get(id);
    if (!entry) return [];
    const refused = this.#refuseAll(entry, error);
    entry.removed = true;
    if (entry.state === "cold" || entry.state === "failed") this.#forget(entry);
    else entry.state = "unloading";
    return [...refused, ...this.#plan(now)];
  }

  /** @throws Error when there is no such model, or it was removed */
  request(request: number, id: string, now: number): readonly ModelEffect[] {
    const entry = this.#entries.get(id);
    if (!entry || entry.removed) throw new Error(`There is no model ${id}.`);
    if (entry.state === "failed" && now >= entry.retryAt) this.#revive(entry);
    if (entry.state === "failed" && entry.error) return [{ type: "refuse", request, error: entry.error }];
    entry.queue.push({ request, since: now });
    this.#requests.set(request, entry);
    return this.#plan(now);
  }

  /** Ends a request that waits. One in work is told by whoever works on it, and then ends with `ended`. */
  cancel(request: number, error: RunnerFailure, now: number): readonly ModelEffect[] {
    const entry = this.#requests.get(request);
    const index = entry?.queue.findIndex((waiting) => waiting.request === request) ?? -1;
    if (!entry || index === -1) return [];
    entry.queue.splice(index, 1);
    this.#requests.delete(request);
    return [{ type: "refuse", request, error }, ...this.#plan(now)];
  }

  ended(request: number, now: number): readonly ModelEffect[] {
    const entry = this.#requests.get(request);
    if (!entry?.active.delete(request)) return [];
    this.#requests.delete(request);
    entry.lastUsed = now;
    return this.#plan(now);
  }

  loaded(id: string, { pool, bytes, loadMs }: LoadMeasurement, now: number): readonly ModelEffect[] {
    const entry = this.#entries.get(id);
    if (entry?.state !== "loading") return [];
    if (pool === entry.pool) entry.needs[entry.rung] = bytes;
    Object.assign(entry, { state: "loaded", pool, bytes, loadMs, loadedAt: now, lastUsed: now, error: null });
    return this.#plan(now);
  }

  /** Its process died and is started again; `loaded` or `failed` follows. */
  crashed(id: string, now: number): readonly ModelEffect[] {
    const entry = this.#entries.get(id);
    if (entry?.state !== "loaded") return [];
    entry.state = "loading";
    return this.#plan(now);
  }

  /** It could not be loaded, and its process is gone. */
  failed(id: string, error: RunnerFailure, now: number): readonly ModelEffect[] {
    const entry = this.#entries.get(id);
    if (entry?.state !== "loading") return this.unloaded(id, now);
    Object.assign(entry, { state: "cold", bytes: 0, error });
    const effects = error.code === "OUT_OF_MEMORY" ? this.#stepDown(entry) : this.#fail(entry, error, now);
    return [...effects, ...this.#plan(now)];
  }

  /** Its process is gone. */
  unloaded(id: string, now: number): readonly ModelEffect[] {
    const entry = this.#entries.get(id);
    if (!entry || entry.state === "cold" || entry.state === "failed") return [];
    Object.assign(entry, { state: "cold", bytes: 0 });
    if (entry.removed) this.#forget(entry);
    return this.#plan(now);
  }

  setBudget(budget: MemoryBudget, now: number): readonly ModelEffect[] {
    this.#budget = budget;
    return this.#plan(now);
  }

  tick(now: number): readonly ModelEffect[] {
    return this.#plan(now);
  }

  /** When `tick` must be called; null = not before the next event. */
  nextWakeAt(now: number): number | null {
    const entries = [...this.#entries.values()];
    const times = entries.filter(isIdle).map((entry) => expiry(entry) ?? now);
    const waiting = entries.filter(wantsToLoad);
    times.push(...waiting.map((entry) => waitingSince(entry) + AGEING_MS));
    const inTheWay = waiting.length > 0 ? entries.filter(({ state }) => state === "loaded") : [];
    times.push(...inTheWay.map(({ loadedAt }) => loadedAt + AGEING_MS));
    const future = times.filter((time) => time > now);
    return future.length === 0 ? null : Math.min(...future);
  }

  view(): readonly ModelView[] {
    return [...this.#entries.values()].map((entry) => ({
      id: entry.model.id,
      state: entry.state,
      rung: entry.rung,
      pool: entry.pool,
      bytes: entry.bytes,
      queued: entry.queue.length,
      active: entry.active.size,
      lastUsed: entry.lastUsed,
      error: entry.error,
    }));
  }

  #plan(now: number): readonly ModelEffect[] {
    const entries = [...this.#entries.values()];
    for (const entry of entries) entry.draining = false;
    const expired = entries.filter((entry) => isIdle(entry) && (expiry(entry) ?? now + 1) <= now);
    const effects = expired.map((entry) => unload(entry, "idle"));
    for (const entry of entries) {
      if (wantsToLoad(entry) && rungThatFits(entry, this.#budget) === null) {
        effects.push(...this.#fail(entry, entry.error ?? this.#tooLarge(entry), now));
      }
    }
    effects.push(...new LoadPlanner(entries, this.#budget, now).run());
    for (const entry of entries) effects.push(...this.#admit(entry));
    return effects;
  }

  #admit(entry: ModelEntry): ModelEffect[] {
    const effects: ModelEffect[] = [];
    while (entry.state === "loaded" && !entry.draining && entry.active.size < entry.model.parallel) {
      const next = entry.queue.shift();
      if (next === undefined) break;
      entry.active.add(next.request);
      effects.push({ type: "admit", request: next.request });
    }
    return effects;
  }

  /** One step for each try: another model goes, or this one gets smaller. */
  #stepDown(entry: ModelEntry): ModelEffect[] {
    const others = candidates([...this.#entries.values()].filter(isIdle), entry.pool);
    const [victim] = chooseVictims(others, 0) ?? [];
    if (!victim) {
      entry.lowestRung = entry.rung + 1;
      return [];
    }
    entry.waitsFor = victim.entry;
    return [unload(victim.entry, "memory")];
  }

  #fail(entry: ModelEntry, error: RunnerFailure, now: number): ModelEffect[] {
    Object.assign(entry, { state: "failed", error, retryAt: now + COOL_DOWN_MS });
    return this.#refuseAll(entry, error);
  }

  #refuseAll(entry: ModelEntry, error: RunnerFailure): ModelEffect[] {
    const refused = entry.queue.splice(0);
    for (const { request } of refused) this.#requests.delete(request);
    return refused.map(({ request }) => ({ type: "refuse", request, error }));
  }

  /** Whatever was in the way may be gone by now. */
  #revive(entry: ModelEntry): void {
    Object.assign(entry, { state: "cold", error: null, lowestRung: entry.model.firstRung });
  }

  #forget(entry: ModelEntry): void {
    this.#entries.delete(entry.model.id);
    for (const request of entry.active) this.#requests.delete(request);
  }

  #tooLarge({ needs, model }: ModelEntry): RunnerFailure {
    const last = needs.length - 1;
    const budget = this.#budget[model.rungs[last]?.pool ?? "ram"] ?? 0;
    const sizes = `at least ${megabytes(needs[last] ?? 0)} of memory, and can have ${megabytes(budget)}`;
    return { code: "OUT_OF_MEMORY", message: `The model needs ${sizes}.` };
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000).toLocaleString("en")} MB`;
}
