import type { RunnerFailure } from "./protocol.ts";

/**
 * The life of one runner process, as a pure function: `step(state, event, now)` gives the next state and what has to
 * be done. All times in ms; `now` is any clock that only goes forward.
 *
 * | state       | start          | stop                    | a request              | the process ends            |
 * |-------------|----------------|-------------------------|------------------------|-----------------------------|
 * | stopped     | → starting     | –                       | refused                | –                           |
 * | starting    | –              | → stopping              | waits                  | crash                       |
 * | loading     | –              | → stopping              | waits                  | crash                       |
 * | ready       | –              | → draining or stopping  | is sent                | crash, requests fail        |
 * | draining    | –              | –                       | refused                | → stopped, requests fail    |
 * | stopping    | starts after   | stays stopped after     | waits, or is refused   | → what it was stopped for   |
 * | waiting     | –              | → stopped               | waits                  | –                           |
 * | failed      | → starting     | → stopped               | refused with its error | –                           |
 * | quarantined | → starting     | → stopped               | refused with its error | –                           |
 *
 * A crash leads to `waiting` and from there to `starting`; too many in a row without an answer in between lead to
 * `quarantined`. One that died for lack of memory, or because the engine refused the model, has `failed`. A runner that is silent or makes no progress is stopped the hard way, and that counts as a crash.
 */
export type SupervisorPhase =
  | { readonly name: "stopped" }
  | { readonly name: "starting"; readonly silentMs: number }
  | ({ readonly name: "loading" } & Vigil)
  | ({ readonly name: "ready" } & Vigil)
  | ({ readonly name: "draining"; readonly remainingMs: number } & Vigil)
  | {
      readonly name: "stopping";
      readonly rung: StopRung;
      readonly remainingMs: number;
      readonly afterwards: AfterStop;
    }
  | { readonly name: "waiting"; readonly remainingMs: number; readonly error: RunnerFailure }
  | { readonly name: "failed"; readonly error: RunnerFailure }
  | { readonly name: "quarantined"; readonly error: RunnerFailure };

/** Since when nothing was heard, since when nothing moved on, and the counter that shows whether it does. */
interface Vigil {
  readonly silentMs: number;
  readonly stalledMs: number;
  readonly progress: number;
}

/** Steps of the stop ladder: ask, signal, force. */
export type StopRung = "shutdown" | "terminate" | "kill";

/** What follows when the process that is being stopped has ended. */
export type AfterStop =
  | { readonly name: "stopped" }
  | { readonly name: "start" }
  | { readonly name: "crashed"; readonly error: RunnerFailure }
  | { readonly name: "failed"; readonly error: RunnerFailure };

export interface SupervisorState {
  readonly phase: SupervisorPhase;
  /** Requests the runner is working on. */
  readonly active: number;
  /** When it crashed since the last answer, within the window of the budget. */
  readonly recentCrashes: readonly number[];
  /** All crashes since the service started. */
  readonly crashes: number;
}

export type SupervisorEvent =
  | { readonly type: "start" }
  /** `drainMs`: how long requests in work may take to end. */
  | { readonly type: "stop"; readonly drainMs: number }
  | { readonly type: "hello" }
  | { readonly type: "loadProgress" }
  | { readonly type: "loaded" }
  | { readonly type: "loadFailed"; readonly error: RunnerFailure }
  | { readonly type: "heartbeat"; readonly progress: number }
  | { readonly type: "output" }
  | { readonly type: "requestBegun" }
  | { readonly type: "requestEnded"; readonly succeeded: boolean }
  /** A cancelled request was not given up in time, or the runner talks nonsense. */
  | { readonly type: "misbehaved"; readonly error: RunnerFailure }
  | { readonly type: "exited"; readonly error: RunnerFailure }
  | { readonly type: "tick"; readonly elapsedMs: number };

export type SupervisorEffect =
  | { readonly type: "spawn" }
  | { readonly type: "load" }
  /** Climb a rung of the ladder: `shutdown` is a message, the others are signals. */
  | { readonly type: StopRung }
  | { readonly type: "failRequests"; readonly error: RunnerFailure };

export interface SupervisorLimits {
  /** From the start of the process to its first word. */
  readonly startMs: number;
  /** While loading, without any progress. */
  readonly loadStallMs: number;
  /** Without a heartbeat: its event loop hangs. */
  readonly heartbeatMs: number;
  /** While requests are in work, without a token read or written. */
  readonly noProgressMs: number;
  /** How long each rung of the stop ladder may take. */
  readonly stopRungMs: Readonly<Record<StopRung, number>>;
  /** So many crashes within the window, without an answer in between, and it is not started any more. */
  readonly crashBudget: number;
  readonly crashWindowMs: number;
  /** Wait before the first restart; doubles with each further crash. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

export const DEFAULT_LIMITS: SupervisorLimits = {
  startMs: 30_000,
  // Drivers may compile their kernels at the first start, which shows no progress.
  loadStallMs: 300_000,
  heartbeatMs: 30_000,
  noProgressMs: 120_000,
  stopRungMs: { shutdown: 5000, terminate: 3000, kill: 10_000 },
  crashBudget: 3,
  crashWindowMs: 600_000,
  backoffMs: 250,
  maxBackoffMs: 30_000,
};

export const INITIAL_STATE: SupervisorState = {
  phase: { name: "stopped" },
  active: 0,
  recentCrashes: [],
  crashes: 0,
};

/** Why a request cannot even wait, or null when it can. */
export function refusal(state: SupervisorState): RunnerFailure | null {
  const { phase } = state;
  if (phase.name === "failed" || phase.name === "quarantined") return phase.error;
  if (phase.name === "stopping" && phase.afterwards.name === "failed") return phase.afterwards.error;
  const ending = phase.name === "stopping" && phase.afterwards.name === "stopped";
  if (!ending && phase.name !== "stopped" && phase.name !== "draining") return null;
  return { code: "CANCELLED", message: "The text engine is stopped." };
}
