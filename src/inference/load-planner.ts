import { chooseVictims } from "./choose-victims.ts";
import { AGEING_MS, isIdle, type ModelEntry, unload, waitingSince, wantsToLoad } from "./model-entry.ts";
import type { MemoryBudget, MemoryPool, ModelEffect } from "./model-scheduler-types.ts";

/** The first rung, from the lowest allowed one on, that fits when nothing else is loaded; null when none does. */
export function rungThatFits({ model, needs, lowestRung }: ModelEntry, budget: MemoryBudget): number | null {
  const found = model.rungs.findIndex(({ pool }, rung) => {
    const limit = budget[pool];
    return rung >= lowestRung && (limit === null || (needs[rung] ?? 0) <= limit);
  });
  return found === -1 ? null : found;
}

/** Models that may make room for another, with what it costs. */
export function candidates(entries: readonly ModelEntry[], pool: MemoryPool) {
  return entries
    .filter((entry) => entry.pool === pool && entry.state === "loaded")
    .map((entry) => ({
      entry,
      bytes: entry.bytes,
      busy: entry.active.size > 0,
      lastUsed: entry.lastUsed ?? 0,
      loadMs: entry.loadMs,
    }));
}

/** Begins loads for models that are wanted, the longest waiting first, and makes room for them. */
export class LoadPlanner {
  readonly #entries: readonly ModelEntry[];
  readonly #budget: MemoryBudget;
  readonly #now: number;
  /** Memory that is kept for models further ahead. */
  readonly #claimed: Record<MemoryPool, number> = { ram: 0, vram: 0 };
  readonly #effects: ModelEffect[] = [];

  constructor(entries: readonly ModelEntry[], budget: MemoryBudget, now: number) {
    this.#entries = entries;
    this.#budget = budget;
    this.#now = now;
  }

  /** All wanted models must have a rung that fits. */
  run(): readonly ModelEffect[] {
    const waiting = this.#entries.filter(wantsToLoad);
    waiting.sort((left, right) => waitingSince(left) - waitingSince(right));
    for (const entry of waiting) this.#place(entry);
    return this.#effects;
  }

  #place(entry: ModelEntry): void {
    const rung = rungThatFits(entry, this.#budget) ?? entry.rung;
    const pool = entry.model.rungs[rung]?.pool ?? entry.pool;
    const need = entry.needs[rung] ?? 0;
    Object.assign(entry, { rung, pool });
    if (entry.waitsFor?.state === "unloading") {
      this.#claimed[pool] += need;
      return;
    }
    entry.waitsFor = null;
    const missing = need + this.#claimed[pool] - this.#spare(pool);
    if (missing <= 0) {
      Object.assign(entry, { state: "loading", bytes: need });
      this.#effects.push({ type: "load", model: entry.model.id, rung });
      return;
    }
    const isComing = this.#makeRoom(entry, missing - this.#freeing(pool));
    // What is on its way to this one is not for those behind it, nor is anything once it has waited too long.
    if (isComing) this.#claimed[pool] += need;
    else if (this.#hasAged(entry)) this.#claimed[pool] = Number.POSITIVE_INFINITY;
  }

  /** @returns true when the memory gets free without further ado */
  #makeRoom(entry: ModelEntry, bytes: number): boolean {
    if (bytes <= 0) return true;
    const loaded = candidates(this.#entries, entry.pool);
    const idle = chooseVictims(
      loaded.filter((victim) => isIdle(victim.entry)),
      bytes,
    );
    if (idle) {
      for (const victim of idle) this.#effects.push(unload(victim.entry, "memory"));
      return true;
    }
    if (this.#hasAged(entry)) this.#drain(loaded, bytes);
    return false;
  }

  #drain(loaded: ReturnType<typeof candidates>, bytes: number): void {
    const rested = loaded.filter((victim) => this.#now - victim.entry.loadedAt >= AGEING_MS);
    for (const { entry, busy } of chooseVictims(rested, bytes) ?? []) {
      if (busy) entry.draining = true;
      else this.#effects.push(unload(entry, "memory"));
    }
  }

  #hasAged(entry: ModelEntry): boolean {
    return this.#now - waitingSince(entry) >= AGEING_MS;
  }

  #spare(pool: MemoryPool): number {
    const budget = this.#budget[pool];
    return budget === null ? Number.POSITIVE_INFINITY : budget - this.#taken(pool, () => true);
  }

  #freeing(pool: MemoryPool): number {
    return this.#taken(pool, (entry) => entry.state === "unloading");
  }

  #taken(pool: MemoryPool, counts: (entry: ModelEntry) => boolean): number {
    const taking = this.#entries.filter((entry) => entry.pool === pool && counts(entry));
    return taking.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
