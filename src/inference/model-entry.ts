import type { MemoryPool, ModelEffect, ModelState, SchedulableModel } from "./model-scheduler-types.ts";
import type { RunnerFailure } from "./protocol.ts";

/** A request that has waited for so long may take a busy model's place; so long every loaded model may keep its own. */
export const AGEING_MS = 15_000;
/** After it failed or was quarantined a model is left alone for so long; then the next request tries it again. */
export const COOL_DOWN_MS = 600_000;

interface WaitingRequest {
  readonly request: number;
  readonly since: number;
}

/** What the scheduler knows of a model. */
export interface ModelEntry {
  readonly model: SchedulableModel;
  /** Bytes of each rung, corrected by what was measured. */
  readonly needs: number[];
  state: ModelState;
  /** Rungs before this one did not fit. */
  lowestRung: number;
  rung: number;
  pool: MemoryPool;
  /** Counted as taken by it; 0 unless it is loading, loaded or unloading. */
  bytes: number;
  loadMs: number;
  loadedAt: number;
  lastUsed: number | null;
  readonly queue: WaitingRequest[];
  readonly active: Set<number>;
  /** Finishes what it works on and begins nothing, to make room for another that has waited too long. */
  draining: boolean;
  /** It ran out of memory beside this model, which is being unloaded. */
  waitsFor: ModelEntry | null;
  /** To be forgotten once its process is gone. */
  removed: boolean;
  error: RunnerFailure | null;
  /** When a failed model may be tried again. */
  retryAt: number;
}

export function newEntry(model: SchedulableModel): ModelEntry {
  return {
    model,
    needs: model.rungs.map(({ bytes }) => bytes),
    state: "cold",
    lowestRung: model.firstRung,
    rung: model.firstRung,
    pool: model.rungs[model.firstRung]?.pool ?? "ram",
    bytes: 0,
    loadMs: 0,
    loadedAt: 0,
    lastUsed: null,
    queue: [],
    active: new Set(),
    draining: false,
    waitsFor: null,
    removed: false,
    error: null,
    retryAt: 0,
  };
}

export function isIdle({ state, active, queue }: ModelEntry): boolean {
  return state === "loaded" && active.size === 0 && queue.length === 0;
}

export function wantsToLoad({ state, queue }: ModelEntry): boolean {
  return state === "cold" && queue.length > 0;
}

/** When the longest waiting request began to wait. */
export function waitingSince({ queue }: ModelEntry): number {
  return queue[0]?.since ?? Number.POSITIVE_INFINITY;
}

/** When it has been idle for long enough; null = never. */
export function expiry({ model, lastUsed }: ModelEntry): number | null {
  return model.keepAliveMs === 0 || lastUsed === null ? null : lastUsed + model.keepAliveMs;
}

export function unload(entry: ModelEntry, why: "memory" | "idle"): ModelEffect {
  entry.state = "unloading";
  return { type: "unload", model: entry.model.id, why };
}
