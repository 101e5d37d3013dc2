import type { RunnerFailure } from "./protocol.ts";

/** Memory that models share: the machine's, or that of its GPU. */
export type MemoryPool = "ram" | "vram";

/** Bytes that all models together may take; null = not known, so it limits nothing. */
export type MemoryBudget = Readonly<Record<MemoryPool, number | null>>;

/** One way to load a model. The rungs of a model get smaller and smaller. */
export interface Rung {
  readonly pool: MemoryPool;
  /** What it takes, estimated or measured earlier. */
  readonly bytes: number;
}

export interface SchedulableModel {
  readonly id: string;
  /** At least one, from the best to the smallest. */
  readonly rungs: readonly Rung[];
  /** The rung to begin with; above 0 when it is known to be the best that works here. */
  readonly firstRung: number;
  /** Requests it works on at the same time. */
  readonly parallel: number;
  /** How long it stays loaded without a request, in ms; 0 = until its memory is needed. */
  readonly keepAliveMs: number;
}

export interface LoadMeasurement {
  /** Where it really is: a GPU may have turned out to be unusable. */
  readonly pool: MemoryPool;
  readonly bytes: number;
  readonly loadMs: number;
}

export type ModelEffect =
  /** Load it this way; to be followed by `loaded` or `failed`. */
  | { readonly type: "load"; readonly model: string; readonly rung: number }
  /** End its process; to be followed by `unloaded`, once the process is gone. */
  | { readonly type: "unload"; readonly model: string; readonly why: "memory" | "idle" }
  /** The request may be worked on now; to be followed by `ended`. */
  | { readonly type: "admit"; readonly request: number }
  /** The request has ended without having been worked on. */
  | { readonly type: "refuse"; readonly request: number; readonly error: RunnerFailure };

export type ModelState = "cold" | "loading" | "loaded" | "unloading" | "failed";

/** What is known of a model; a snapshot. */
export interface ModelView {
  readonly id: string;
  readonly state: ModelState;
  readonly rung: number;
  readonly pool: MemoryPool;
  /** Memory that counts as taken by it. */
  readonly bytes: number;
  readonly queued: number;
  readonly active: number;
  /** When it was loaded or a request of it ended last, ms on the scheduler's clock; null = never. */
  readonly lastUsed: number | null;
  /** Why it failed last; null once it is loaded. */
  readonly error: RunnerFailure | null;
}
