import { describe, expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { permanent, setup, task, transient } from "./testing/scheduler-bench.ts";

describe("while the model is loaded", () => {
  test("the time of answers stands still, of those begun before and of those begun meanwhile", () => {
    const { scheduler, trace } = setup();
    scheduler.enqueue(task("before"), 0);
    scheduler.modelAvailable(false, 10_000);
    scheduler.enqueue(task("meanwhile"), 20_000);
    expect(scheduler.nextWakeAt(20_000)).toBeNull();
    scheduler.tick(500_000);
    scheduler.modelAvailable(true, 510_000);
    expect(trace).toEqual(["start before answer", "start meanwhile answer"]);
    expect(scheduler.nextWakeAt(510_000)).toBe(560_000);
    scheduler.tick(560_000);
    expect(trace.slice(2)).toEqual(["abort before PROMPT_TIMEOUT"]);
    scheduler.tick(570_000);
    expect(trace.slice(3)).toEqual(["abort meanwhile PROMPT_TIMEOUT"]);
  });

  test("saying it twice changes nothing", () => {
    const { scheduler } = setup();
    scheduler.enqueue(task("1"), 0);
    scheduler.modelAvailable(true, 5000);
    scheduler.modelAvailable(false, 10_000);
    scheduler.modelAvailable(false, 20_000);
    scheduler.modelAvailable(true, 30_000);
    scheduler.modelAvailable(true, 40_000);
    expect(scheduler.nextWakeAt(40_000)).toBe(80_000);
  });
});

describe("TaskScheduler", () => {
  test("runs as many as it may and tells the others how many are ahead", () => {
    const { scheduler, trace } = setup();
    for (const id of ["1", "2", "3", "4"]) scheduler.enqueue(task(id), 0);
    expect(trace).toEqual(["start 1 answer", "start 2 answer", "waiting 3 0", "waiting 4 1"]);
    scheduler.workEnded("1", { done: true }, 1);
    expect(trace.at(-1)).toBe("start 3 answer");
  });

  test("canvases take turns, however many prompts one of them has", () => {
    const { scheduler, trace } = setup({ maxRunning: 1 });
    for (const id of ["a1", "a2", "a3"]) scheduler.enqueue(task(id, "a"), 0);
    for (const id of ["b1", "b2"]) scheduler.enqueue(task(id, "b"), 0);
    for (const id of ["a1", "b1", "a2", "b2"]) scheduler.workEnded(id, { done: true }, 1);
    expect(trace.filter((line) => line.startsWith("start")).map((line) => line.split(" ")[1])).toEqual([
      "a1",
      "b1",
      "a2",
      "b2",
      "a3",
    ]);
  });

  test("two questions of one note are answered one after the other", () => {
    const { scheduler, trace } = setup();
    scheduler.enqueue(task("1", "a", "note"), 0);
    scheduler.enqueue(task("2", "a", "note"), 0);
    expect(trace).toEqual(["start 1 answer", "waiting 2 0"]);
    scheduler.workEnded("1", { done: true }, 1);
    expect(trace.at(-1)).toBe("start 2 answer");
  });

  test("a transient error is retried after a growing delay, then people are told", () => {
    const { scheduler, trace } = setup();
    scheduler.enqueue(task("1"), 0);
    scheduler.workEnded("1", { done: false, error: transient }, 0);
    expect(trace).toEqual(["start 1 answer"]);
    const first = scheduler.nextWakeAt(0) ?? 0;
    expect(first).toBeGreaterThanOrEqual(500);
    scheduler.tick(first);
    scheduler.workEnded("1", { done: false, error: transient }, first);
    const second = scheduler.nextWakeAt(first) ?? 0;
    expect(second - first).toBeGreaterThanOrEqual(1000);
    scheduler.tick(second);
    scheduler.workEnded("1", { done: false, error: transient }, second);
    expect(trace).toEqual(["start 1 answer", "start 1 answer", "start 1 answer", "start 1 report"]);
    scheduler.workEnded("1", { done: true }, second);
    expect(scheduler.tasks()).toEqual([]);
  });

  test("a permanent error is told at once", () => {
    const { scheduler, trace } = setup();
    scheduler.enqueue(task("1"), 0);
    scheduler.workEnded("1", { done: false, error: permanent }, 0);
    expect(trace).toEqual(["start 1 answer", "start 1 report"]);
  });

  test("telling it is repeated until the canvas takes it", () => {
    const { scheduler, trace } = setup();
    scheduler.enqueue(task("1"), 0);
    scheduler.workEnded("1", { done: false, error: permanent }, 0);
    let now = 0;
    for (let round = 0; round < 10; round += 1) {
      scheduler.workEnded("1", { done: false, error: new AppError("CANVUS_TIMEOUT", "slow") }, now);
      now = scheduler.nextWakeAt(now) ?? now;
      scheduler.tick(now);
    }
    expect(trace.filter((line) => line === "start 1 report")).toHaveLength(11);
  });

  test("an answer that takes too long is aborted and reported as such", () => {
    const { scheduler, trace } = setup();
    scheduler.enqueue(task("1"), 0);
    expect(scheduler.nextWakeAt(0)).toBe(60_000);
    scheduler.tick(60_000);
    scheduler.tick(60_001);
    scheduler.workEnded("1", { done: false, error: new AppError("CANCELLED", "aborted") }, 60_002);
    expect(trace).toEqual(["start 1 answer", "abort 1 PROMPT_TIMEOUT", "start 1 report"]);
  });

  test("a deleted note takes its running task back, and its waiting one", () => {
    const { scheduler, trace } = setup({ maxRunning: 1 });
    scheduler.enqueue(task("1"), 0);
    scheduler.enqueue(task("2"), 0);
    scheduler.cancel("1", 1);
    scheduler.cancel("1", 1);
    scheduler.cancel("2", 1);
    scheduler.workEnded("1", { done: false, error: transient }, 2);
    scheduler.workEnded("1", { done: true }, 3);
    expect(trace).toEqual([
      "start 1 answer",
      "waiting 2 0",
      "abort 1 CANCELLED",
      "start 1 withdraw",
      "start 2 withdraw",
    ]);
  });

  test("nothing is started for a canvas that is away; its time does not run meanwhile", () => {
    const { scheduler, trace } = setup({}, []);
    scheduler.enqueue(task("1"), 0);
    expect(trace).toEqual([]);
    expect(scheduler.nextWakeAt(0)).toBeNull();
    scheduler.canvasAvailable("a", true, 5);
    scheduler.canvasAvailable("a", false, 10);
    scheduler.workEnded("1", { done: false, error: new AppError("CANVUS_UNREACHABLE", "gone") }, 10);
    scheduler.tick(1_000_000);
    scheduler.canvasAvailable("a", true, 1_000_000);
    expect(trace).toEqual(["start 1 answer", "start 1 answer"]);
    expect(scheduler.nextWakeAt(1_000_000)).toBe(1_060_000);
  });

  test("the time of a prompt runs on while a retry waits", () => {
    const { scheduler, trace } = setup({ processingTimeoutMs: 1200, retryDelayMs: 10_000 });
    scheduler.enqueue(task("1"), 0);
    scheduler.workEnded("1", { done: false, error: transient }, 1000);
    expect(scheduler.nextWakeAt(1000)).toBe(1200);
    scheduler.tick(1200);
    expect(trace).toEqual(["start 1 answer", "start 1 report"]);
  });

  test("an outage of the canvas costs no attempts, however often they fail, and nobody waits longer than it", () => {
    const { scheduler, trace } = setup();
    const unreachable = new AppError("CANVUS_UNREACHABLE", "gone");
    scheduler.enqueue(task("1"), 0);
    for (let now = 1; now < 10; now += 1) {
      scheduler.canvasAvailable("a", false, now);
      scheduler.workEnded("1", { done: false, error: unreachable }, now);
      scheduler.canvasAvailable("a", true, now);
    }
    expect(trace).toEqual(Array(10).fill("start 1 answer"));
  });

  test("a canvas that comes back does not hurry a model that crashed", () => {
    const { scheduler, trace } = setup();
    scheduler.enqueue(task("1"), 0);
    scheduler.workEnded("1", { done: false, error: transient }, 0);
    scheduler.canvasAvailable("a", false, 1);
    scheduler.canvasAvailable("a", true, 2);
    expect(trace).toEqual(["start 1 answer"]);
    expect(scheduler.nextWakeAt(2)).toBeGreaterThanOrEqual(500);
  });

  test("reserved places count until they are given back", () => {
    const { scheduler } = setup({ maxRunning: 0, maxQueued: 2, maxQueuedPerCanvas: 2 });
    expect([scheduler.reserve("a"), scheduler.reserve("a"), scheduler.reserve("b")]).toEqual([
      true,
      true,
      false,
    ]);
    scheduler.enqueue(task("1"), 0);
    scheduler.unreserve("a");
    expect(scheduler.hasRoom("a")).toBe(false);
    scheduler.unreserve("a");
    scheduler.unreserve("a");
    expect(scheduler.hasRoom("a")).toBe(true);
  });

  test("does not wake up for those who wait for a free slot", () => {
    const { scheduler } = setup({ maxRunning: 1 });
    scheduler.enqueue(task("1"), 0);
    scheduler.enqueue(task("2"), 0);
    expect(scheduler.nextWakeAt(0)).toBe(60_000);
  });

  test("says when there is no room, per canvas and in total", () => {
    const { scheduler } = setup({ maxRunning: 0 });
    for (let n = 0; n < 5; n += 1) scheduler.enqueue(task(`a${n}`, "a"), 0);
    expect([scheduler.hasRoom("a"), scheduler.hasRoom("b")]).toEqual([false, true]);
    for (let n = 0; n < 5; n += 1) scheduler.enqueue(task(`b${n}`, "b"), 0);
    expect(scheduler.hasRoom("c")).toBe(false);
  });
});
