import { expect, test } from "bun:test";
import { RecordingLogger } from "../observability/testing/recording-logger.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { runShutdown, type ShutdownStep } from "./shutdown.ts";

function setup(steps: ShutdownStep[], totalMs = 60_000) {
  const timers = new FakeTimers();
  const logger = new RecordingLogger();
  const result = runShutdown(steps, { totalMs, timers, logger });
  return { timers, logger, result };
}

const hang = () => new Promise<void>(() => {});

test("steps run one after the other, each with a line in the log", async () => {
  const trace: string[] = [];
  const step = (name: string): ShutdownStep => ({
    name,
    deadlineMs: 1000,
    run: async () => {
      trace.push(`${name} begins`);
      await null;
      trace.push(`${name} ends`);
    },
  });
  const { result, logger } = setup([step("a"), step("b")]);
  expect(await result).toEqual({ clean: true, overdue: [], forced: false });
  expect(trace).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  expect(logger.entries.map((entry) => entry.message)).toEqual(["shutdown: a", "shutdown: b"]);
});

test("a step that hangs is left behind at its deadline and named", async () => {
  const ran: string[] = [];
  const { result, timers, logger } = setup([
    { name: "stuck", deadlineMs: 5000, run: hang },
    { name: "next", deadlineMs: 1000, run: async () => void ran.push("next") },
  ]);
  await timers.untilScheduled((delayMs) => delayMs === 5000);
  expect(ran).toEqual([]);
  timers.advance(5000);
  expect(await result).toEqual({ clean: false, overdue: ["stuck"], forced: false });
  expect(ran).toEqual(["next"]);
  expect(logger.text()).toContain("stuck took too long");
});

test("a step that fails does not keep the next one from running", async () => {
  const { result, logger } = setup([
    { name: "database", deadlineMs: 1000, run: () => Promise.reject(new Error("locked")) },
    { name: "next", deadlineMs: 1000, run: async () => {} },
  ]);
  expect(await result).toEqual({ clean: false, overdue: [], forced: false });
  expect(logger.entries.map((entry) => entry.message)).toEqual([
    "shutdown: database failed",
    "shutdown: next",
  ]);
});

test("the total bounds every step", async () => {
  const { result, timers } = setup(
    [
      { name: "one", deadlineMs: 5000, run: hang },
      { name: "two", deadlineMs: 5000, run: hang },
    ],
    6000,
  );
  await timers.untilScheduled((delayMs) => delayMs === 5000);
  timers.advance(5000);
  await timers.untilScheduled((delayMs) => delayMs === 1000);
  timers.advance(1000);
  expect(await result).toEqual({ clean: false, overdue: ["one", "two"], forced: true });
  expect(timers.pending).toBe(0);
});
