import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RunnerFailure } from "./protocol.ts";
import {
  DEFAULT_LIMITS,
  INITIAL_STATE,
  refusal,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorState,
} from "./supervisor-state.ts";
import { step } from "./supervisor-step.ts";

const LIMITS = DEFAULT_LIMITS;
const CRASH: RunnerFailure = {
  code: "RUNNER_CRASHED",
  message: "The model process ended with signal SIGSEGV.",
};
const BROKEN: RunnerFailure = { code: "MODEL_LOAD_FAILED", message: "unknown architecture" };

function play(events: readonly SupervisorEvent[], from = INITIAL_STATE) {
  let state = from;
  let now = 0;
  const effects: SupervisorEffect[] = [];
  for (const event of events) {
    if (event.type === "tick") now += event.elapsedMs;
    const next = step(state, event, now, LIMITS);
    state = next.state;
    effects.push(...next.effects);
  }
  return { state, name: state.phase.name, effects: effects.map(({ type }) => type) };
}

const start: SupervisorEvent = { type: "start" };
const hello: SupervisorEvent = { type: "hello" };
const loaded: SupervisorEvent = { type: "loaded" };
const begun: SupervisorEvent = { type: "requestBegun" };
const answered: SupervisorEvent = { type: "requestEnded", succeeded: true };
const crash: SupervisorEvent = { type: "exited", error: CRASH };
const tick = (elapsedMs: number): SupervisorEvent => ({ type: "tick", elapsedMs });
const stop = (drainMs = 0): SupervisorEvent => ({ type: "stop", drainMs });
const ready = play([start, hello, loaded]).state;
const busy = play([begun], ready).state;

describe("a runner's life", () => {
  test("starts, loads, is ready, is stopped", () => {
    expect(play([start]).name).toBe("starting");
    expect(play([start, hello]).name).toBe("loading");
    const stopped = play([start, hello, loaded, stop(), crash]);
    expect(stopped.name).toBe("stopped");
    expect(stopped.effects).toEqual(["spawn", "load", "shutdown"]);
  });

  test("a crash fails the requests in work and is followed by a new start after a wait", () => {
    const crashed = play([crash], busy);
    expect(crashed.name).toBe("waiting");
    expect(crashed.effects).toEqual(["failRequests"]);
    expect(play([tick(LIMITS.backoffMs)], crashed.state)).toMatchObject({
      name: "starting",
      effects: ["spawn"],
    });
  });

  test.each([ready, busy, play([start, hello]).state])("death for lack of memory is no crash", (state) => {
    const error: RunnerFailure = { code: "OUT_OF_MEMORY", message: "There was too little memory." };
    const died = play([{ type: "exited", error }], state);
    expect(died.state).toMatchObject({ phase: { name: "failed", error }, active: 0, recentCrashes: [] });
    expect(died.effects).toEqual(state.active > 0 ? ["failRequests"] : []);
  });

  test("too many crashes in a row are the end, and say why", () => {
    const again: SupervisorEvent[] = [tick(60_000), hello, loaded, crash];
    const { state, name } = play([crash, ...again, ...again], ready);
    expect(name).toBe("quarantined");
    expect(refusal(state)).toEqual({
      code: "RUNNER_QUARANTINED",
      message: "The model process failed 3 times in a row: The model process ended with signal SIGSEGV.",
    });
    expect(play([start], state).name).toBe("starting");
  });

  test("an answer in between, or enough time, forgives earlier crashes", () => {
    const withAnswer: SupervisorEvent[] = [tick(1000), hello, loaded, begun, answered, crash];
    expect(play([crash, ...withAnswer, ...withAnswer, ...withAnswer], ready).name).toBe("waiting");
    const withTime: SupervisorEvent[] = [tick(1000), hello, loaded, { type: "heartbeat", progress: 0 }];
    const oneCrash = play([crash, ...withTime], ready).state;
    const later = step(oneCrash, crash, LIMITS.crashWindowMs + 1, LIMITS).state;
    expect(later.recentCrashes).toEqual([LIMITS.crashWindowMs + 1]);
  });

  test("a model that cannot be used is not tried again", () => {
    const { state, effects } = play([start, hello, { type: "loadFailed", error: BROKEN }]);
    expect(refusal(state)).toEqual(BROKEN);
    expect(effects).toEqual(["spawn", "load", "shutdown"]);
    expect(play([crash, tick(600_000)], state)).toMatchObject({ name: "failed", effects: [] });
  });
});

describe("watchdogs", () => {
  test("a process that never says hello", () => {
    expect(play([start, tick(LIMITS.startMs + 1)]).effects).toEqual(["spawn", "terminate"]);
  });

  test("loading may take long as long as it moves", () => {
    const beat: SupervisorEvent = { type: "heartbeat", progress: 0 };
    const beats = Array.from({ length: 20 }, () => [tick(20_000), beat]).flat();
    const moving = Array.from({ length: 20 }, () => [tick(20_000), { type: "loadProgress" } as const]).flat();
    expect(play([start, hello, ...moving]).name).toBe("loading");
    expect(play([start, hello, ...beats]).effects).toContain("terminate");
  });

  test("a library that loads on the thread that beats may be silent, but not for ever", () => {
    expect(play([start, hello, tick(LIMITS.loadStallMs)]).name).toBe("loading");
    expect(play([start, hello, tick(LIMITS.loadStallMs + 1)]).effects).toContain("terminate");
  });

  test("no heartbeat", () => {
    const { state, effects } = play([tick(LIMITS.heartbeatMs + 1)], busy);
    expect(effects).toEqual(["failRequests", "terminate"]);
    expect(state.phase).toMatchObject({ afterwards: { name: "crashed", error: { code: "RUNNER_STUCK" } } });
  });

  test("heartbeats without a token while a request is in work; an idle runner may rest", () => {
    const resting = Array.from({ length: 30 }, () => [
      tick(10_000),
      { type: "heartbeat", progress: 7 } as const,
    ]);
    expect(play(resting.flat(), busy).effects.slice(0, 2)).toEqual(["failRequests", "terminate"]);
    expect(play(resting.flat(), ready).name).toBe("ready");
    const working = resting.map(([time], index) => [time, { type: "heartbeat", progress: index } as const]);
    expect(
      play(
        working.flat().filter((event) => event !== undefined),
        busy,
      ).name,
    ).toBe("ready");
  });
});

describe("stopping", () => {
  test("climbs the ladder when nothing helps", () => {
    const { effects } = play([stop(), tick(5000), tick(3000), tick(10_000)], ready);
    expect(effects).toEqual(["shutdown", "terminate", "kill", "kill"]);
  });

  test("lets requests in work end, but not for ever", () => {
    expect(play([stop(1000), answered, crash], busy)).toMatchObject({
      name: "stopped",
      effects: ["shutdown"],
    });
    expect(play([stop(1000), tick(1000)], busy).effects).toEqual(["failRequests", "shutdown"]);
  });

  test("a start while stopping starts again afterwards", () => {
    expect(play([stop(), start, crash], ready)).toMatchObject({
      name: "starting",
      effects: ["shutdown", "spawn"],
    });
    expect(play([stop(), start, stop(), crash], ready).name).toBe("stopped");
  });
});

test("in whatever order things happen: one process at a time, every request ends, a stop comes to an end", () => {
  const event: fc.Arbitrary<SupervisorEvent> = fc.oneof(
    fc.constantFrom(start, hello, loaded, begun, answered, crash, stop(), stop(5000)),
    fc.constant<SupervisorEvent>({ type: "loadFailed", error: BROKEN }),
    fc.constant<SupervisorEvent>({ type: "misbehaved", error: CRASH }),
    fc.nat(400_000).map(tick),
    fc.nat(3).map((progress): SupervisorEvent => ({ type: "heartbeat", progress })),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let state: SupervisorState = INITIAL_STATE;
      let running = false;
      let inWork = 0;
      let now = 0;
      const apply = (next: SupervisorEvent) => {
        // The shell sends requests to a ready runner only, and there is no exit without a process.
        if (next.type === "requestBegun" && state.phase.name !== "ready") return;
        if (next.type === "requestEnded" && inWork === 0) return;
        if (next.type === "exited" && !running) return;
        if (next.type === "tick") now += next.elapsedMs;
        if (next.type === "requestBegun") inWork++;
        if (next.type === "requestEnded") inWork--;
        if (next.type === "exited") running = false;
        const result = step(state, next, now, LIMITS);
        for (const effect of result.effects) {
          if (effect.type === "failRequests") inWork = 0;
          if (effect.type !== "spawn") continue;
          expect(running).toBe(false);
          running = true;
        }
        state = result.state;
        expect(state.active).toBe(inWork);
      };
      for (const next of events) apply(next);
      for (const next of [stop(), tick(5000), tick(3000), crash]) apply(next);
      expect(state.phase.name).toBe("stopped");
      expect(inWork).toBe(0);
    }),
    { numRuns: 500 },
  );
});
