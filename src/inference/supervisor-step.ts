import type { RunnerFailure } from "./protocol.ts";
import type {
  AfterStop,
  StopRung,
  SupervisorEffect,
  SupervisorEvent,
  SupervisorLimits,
  SupervisorPhase,
  SupervisorState,
} from "./supervisor-state.ts";

export interface Step {
  readonly state: SupervisorState;
  readonly effects: readonly SupervisorEffect[];
}

const NEXT_RUNG: Readonly<Record<StopRung, StopRung>> = {
  shutdown: "terminate",
  terminate: "kill",
  kill: "kill",
};
const STOPPING: RunnerFailure = { code: "CANCELLED", message: "The service is stopping." };

/** The transition function that the table in supervisor-state.ts describes. */
export function step(
  state: SupervisorState,
  event: SupervisorEvent,
  now: number,
  limits: SupervisorLimits,
): Step {
  switch (event.type) {
    case "start":
      return start(state);
    case "stop":
      return stop(state, event.drainMs, limits);
    case "hello":
      if (state.phase.name !== "starting") return unchanged(state);
      return to(state, { name: "loading", silentMs: 0, stalledMs: 0, progress: 0 }, { type: "load" });
    case "loadProgress":
      return state.phase.name === "loading" ? sawOutput(state) : unchanged(state);
    case "loaded":
      if (state.phase.name !== "loading") return unchanged(state);
      return to(state, { name: "ready", silentMs: 0, stalledMs: 0, progress: 0 });
    case "loadFailed":
      if (state.phase.name !== "loading") return unchanged(state);
      return ladder(state, "shutdown", { name: "failed", error: event.error }, limits);
    case "heartbeat":
      return heartbeat(state, event.progress);
    case "output":
      return sawOutput(state);
    case "requestBegun":
      return { state: { ...sawOutput(state).state, active: state.active + 1 }, effects: [] };
    case "requestEnded":
      return requestEnded(state, event.succeeded, limits);
    case "misbehaved":
      return isAlive(state) ? giveUp(state, event.error, limits) : unchanged(state);
    case "exited":
      return exited(state, event.error, now, limits);
    case "tick":
      return tick(state, event.elapsedMs, limits);
  }
}

function start(state: SupervisorState): Step {
  const { phase } = state;
  if (phase.name === "stopping" && phase.afterwards.name !== "crashed") {
    return to(state, { ...phase, afterwards: { name: "start" } });
  }
  if (phase.name !== "stopped" && phase.name !== "failed" && phase.name !== "quarantined") {
    return unchanged(state);
  }
  return spawn({ ...state, recentCrashes: [] });
}

function spawn(state: SupervisorState): Step {
  return to({ ...state, active: 0 }, { name: "starting", silentMs: 0 }, { type: "spawn" });
}

function stop(state: SupervisorState, drainMs: number, limits: SupervisorLimits): Step {
  const { phase } = state;
  switch (phase.name) {
    case "stopped":
    case "draining":
      return unchanged(state);
    case "waiting":
    case "failed":
    case "quarantined":
      return to(state, { name: "stopped" });
    case "stopping":
      return to(state, { ...phase, afterwards: { name: "stopped" } });
    case "ready":
      if (state.active > 0 && drainMs > 0) {
        return to(state, { ...phase, name: "draining", remainingMs: drainMs });
      }
      return endRequests(state, limits);
    default:
      // Nothing is under way that would be worth a polite end, and a load of minutes may not listen.
      return ladder(state, "kill", { name: "stopped" }, limits);
  }
}

function endRequests(state: SupervisorState, limits: SupervisorLimits): Step {
  return ladder(state, "shutdown", { name: "stopped" }, limits, STOPPING);
}

function requestEnded(state: SupervisorState, succeeded: boolean, limits: SupervisorLimits): Step {
  const next: SupervisorState = {
    ...sawOutput(state).state,
    active: Math.max(0, state.active - 1),
    recentCrashes: succeeded ? [] : state.recentCrashes,
  };
  return next.phase.name === "draining" && next.active === 0
    ? ladder(next, "shutdown", { name: "stopped" }, limits)
    : unchanged(next);
}

function heartbeat(state: SupervisorState, progress: number): Step {
  const { phase } = state;
  if (phase.name === "starting") return unchanged(state);
  if (!isVigilant(phase)) return unchanged(state);
  const stalledMs = progress === phase.progress ? phase.stalledMs : 0;
  return to(state, { ...phase, silentMs: 0, stalledMs, progress });
}

function sawOutput(state: SupervisorState): Step {
  const { phase } = state;
  return isVigilant(phase) ? to(state, { ...phase, silentMs: 0, stalledMs: 0 }) : unchanged(state);
}

function exited(state: SupervisorState, error: RunnerFailure, now: number, limits: SupervisorLimits): Step {
  const { phase } = state;
  switch (phase.name) {
    case "loading":
    case "ready":
      if (error.code !== "RUNNER_CRASHED") return gaveUp(state, error);
      return crashed(state, error, now, limits);
    case "starting":
      return crashed(state, error, now, limits);
    case "draining":
      return to({ ...state, active: 0 }, { name: "stopped" }, { type: "failRequests", error });
    case "stopping":
      if (phase.afterwards.name === "crashed") return crashed(state, phase.afterwards.error, now, limits);
      if (phase.afterwards.name === "start") return spawn(state);
      return to(state, phase.afterwards);
    default:
      return unchanged(state);
  }
}

/** Starting it the same way again would end the same way. Its requests were in no way wrong and may be repeated. */
function gaveUp(state: SupervisorState, error: RunnerFailure): Step {
  const lost: RunnerFailure = { code: "RUNNER_CRASHED", message: error.message };
  const effects: SupervisorEffect[] = state.active > 0 ? [{ type: "failRequests", error: lost }] : [];
  return { state: { ...state, active: 0, phase: { name: "failed", error } }, effects };
}

function crashed(state: SupervisorState, error: RunnerFailure, now: number, limits: SupervisorLimits): Step {
  const recentCrashes = [...state.recentCrashes, now].filter((time) => now - time < limits.crashWindowMs);
  const next = { active: 0, recentCrashes, crashes: state.crashes + 1 };
  const effects: SupervisorEffect[] = state.active > 0 ? [{ type: "failRequests", error }] : [];
  if (recentCrashes.length >= limits.crashBudget) {
    const message = `The model process failed ${recentCrashes.length} times in a row: ${error.message}`;
    return {
      state: { ...next, phase: { name: "quarantined", error: { code: "RUNNER_QUARANTINED", message } } },
      effects,
    };
  }
  const remainingMs = Math.min(limits.maxBackoffMs, limits.backoffMs * 2 ** (recentCrashes.length - 1));
  return { state: { ...next, phase: { name: "waiting", remainingMs, error } }, effects };
}

function tick(state: SupervisorState, elapsedMs: number, limits: SupervisorLimits): Step {
  const { phase } = state;
  switch (phase.name) {
    case "starting": {
      const silentMs = phase.silentMs + elapsedMs;
      if (silentMs > limits.startMs) return stuck(state, "did not start", limits);
      return to(state, { ...phase, silentMs });
    }
    case "loading":
    case "ready":
    case "draining":
      return watch(state, phase, elapsedMs, limits);
    case "stopping":
      return climb(state, phase, elapsedMs, limits);
    case "waiting": {
      const remainingMs = phase.remainingMs - elapsedMs;
      return remainingMs > 0 ? to(state, { ...phase, remainingMs }) : spawn(state);
    }
    default:
      return unchanged(state);
  }
}

type VigilantPhase = Extract<SupervisorPhase, { readonly name: "loading" | "ready" | "draining" }>;

function watch(
  state: SupervisorState,
  phase: VigilantPhase,
  elapsedMs: number,
  limits: SupervisorLimits,
): Step {
  const working = phase.name === "loading" || state.active > 0;
  const next = {
    ...phase,
    silentMs: phase.silentMs + elapsedMs,
    stalledMs: working ? phase.stalledMs + elapsedMs : 0,
  };
  // Native code may load a model on the very thread that beats; then only the lack of progress counts.
  if (phase.name !== "loading" && next.silentMs > limits.heartbeatMs)
    return stuck(state, "does not respond", limits);
  const patience = phase.name === "loading" ? limits.loadStallMs : limits.noProgressMs;
  if (next.stalledMs > patience) {
    const doing = phase.name === "loading" ? "hangs while loading" : "makes no progress";
    return stuck(state, `${doing}, for ${Math.round(next.stalledMs / 1000)} s already`, limits);
  }
  if (next.name !== "draining") return to(state, next);
  const remainingMs = next.remainingMs - elapsedMs;
  return remainingMs > 0 ? to(state, { ...next, remainingMs }) : endRequests(state, limits);
}

function climb(
  state: SupervisorState,
  phase: Extract<SupervisorPhase, { readonly name: "stopping" }>,
  elapsedMs: number,
  limits: SupervisorLimits,
): Step {
  const remainingMs = phase.remainingMs - elapsedMs;
  if (remainingMs > 0) return to(state, { ...phase, remainingMs });
  return ladder(state, NEXT_RUNG[phase.rung], phase.afterwards, limits);
}

function stuck(state: SupervisorState, what: string, limits: SupervisorLimits): Step {
  return giveUp(state, { code: "RUNNER_STUCK", message: `The model process ${what}.` }, limits);
}

/** Asking nicely is skipped: whoever does not react would not hear it. */
function giveUp(state: SupervisorState, error: RunnerFailure, limits: SupervisorLimits): Step {
  const afterwards: AfterStop =
    state.phase.name === "draining" ? { name: "stopped" } : { name: "crashed", error };
  return ladder(state, "terminate", afterwards, limits, error);
}

/** Goes to a rung of the stop ladder; requests in work fail with the error. */
function ladder(
  state: SupervisorState,
  rung: StopRung,
  afterwards: AfterStop,
  limits: SupervisorLimits,
  error: RunnerFailure = STOPPING,
): Step {
  const phase = { name: "stopping", rung, remainingMs: limits.stopRungMs[rung], afterwards } as const;
  const effects: SupervisorEffect[] = state.active > 0 ? [{ type: "failRequests", error }] : [];
  return { state: { ...state, active: 0, phase }, effects: [...effects, { type: rung }] };
}

function isVigilant(phase: SupervisorPhase): phase is VigilantPhase {
  return phase.name === "loading" || phase.name === "ready" || phase.name === "draining";
}

function isAlive(state: SupervisorState): boolean {
  return state.phase.name === "starting" || isVigilant(state.phase);
}

function to(state: SupervisorState, phase: SupervisorPhase, ...effects: SupervisorEffect[]): Step {
  return { state: { ...state, phase }, effects };
}

function unchanged(state: SupervisorState): Step {
  return { state, effects: [] };
}
