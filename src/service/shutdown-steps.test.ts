import { expect, test } from "bun:test";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { runShutdown } from "./shutdown.ts";
import { type RunningParts, shutdownSteps } from "./shutdown-steps.ts";

const LIMITS = { inflightMs: 30_000, totalMs: 60_000 };

/** Parts that say what was asked of them; `drained` ends when the test says so. */
function setup(options: { readonly model: object | null; readonly limits?: typeof LIMITS }) {
  const trace: string[] = [];
  const part = (name: string) => ({ stop: async () => void trace.push(`${name} stopped`) });
  const drained = Promise.withResolvers<void>();
  const parts: RunningParts = {
    storage: part("storage"),
    gpus: part("gpus"),
    telemetry: part("telemetry"),
    web: { ...part("web"), closeLive: () => void trace.push("live pages closed") },
    engines: { ...part("engines"), status: () => ({ endpoint: null, model: options.model }) },
    tasks: {
      ...part("tasks"),
      close: async () => void trace.push("tasks closed"),
      drained: () => {
        trace.push("waiting for prompts");
        return drained.promise;
      },
    },
    canvases: part("canvases"),
  };
  const timers = new FakeTimers();
  const limits = options.limits ?? LIMITS;
  const run = () =>
    runShutdown(shutdownSteps(parts, limits, timers), { ...limits, timers, logger: new RecordingLogger() });
  return { trace, drained, timers, run };
}

const ORDER = [
  "tasks closed",
  "live pages closed",
  "waiting for prompts",
  "tasks stopped",
  "canvases stopped",
  "engines stopped",
  "telemetry stopped",
  "gpus stopped",
  "storage stopped",
  "web stopped",
];

test("prompts under way may end; then models, database and connections, in this order", async () => {
  const { trace, drained, timers, run } = setup({ model: {} });
  const result = run();
  await timers.untilScheduled((delayMs) => delayMs === LIMITS.inflightMs);
  expect(trace).toEqual(ORDER.slice(0, 3));
  drained.resolve();
  expect(await result).toEqual({ clean: true, overdue: [], forced: false });
  expect(trace).toEqual(ORDER);
});

test("prompts that do not end in time are no error, only left behind", async () => {
  const { trace, timers, run } = setup({ model: {} });
  const result = run();
  await timers.untilScheduled((delayMs) => delayMs === LIMITS.inflightMs);
  timers.advance(LIMITS.inflightMs);
  expect(await result).toEqual({ clean: true, overdue: [], forced: false });
  expect(trace).toEqual(ORDER);
});

test("however long they may take, there is time left for the database", async () => {
  const { timers, run } = setup({ model: {}, limits: { inflightMs: 100_000, totalMs: 10_000 } });
  const result = run();
  await timers.untilScheduled((delayMs) => delayMs === 6000);
  timers.advance(6000);
  expect((await result).clean).toBe(true);
});

test("while the model is loaded it is stopped together with the prompts that wait for it", async () => {
  const { trace, timers, run } = setup({ model: null });
  const result = run();
  await timers.untilScheduled((delayMs) => delayMs === 0);
  timers.advance(0);
  await result;
  expect(trace.slice(3, 5)).toEqual(["tasks stopped", "engines stopped"]);
});

test("what was never started needs no stop", async () => {
  const timers = new FakeTimers();
  const steps = shutdownSteps({}, LIMITS, timers);
  const result = await runShutdown(steps, { ...LIMITS, timers, logger: new RecordingLogger() });
  expect(result.clean).toBe(true);
});
