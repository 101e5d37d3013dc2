import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { AppError } from "../errors/app-error.ts";
import type { SchedulerLimits, Work } from "./scheduler-contract.ts";
import type { Task } from "./task.ts";
import { TaskScheduler } from "./task-scheduler.ts";

const LIMITS: SchedulerLimits = {
  maxRunning: 2,
  maxQueued: 10,
  maxQueuedPerCanvas: 5,
  maxRetries: 2,
  retryDelayMs: 1000,
  documentTimeoutMs: 600_000,
  processingTimeoutMs: 60_000,
};

const transient = new AppError("RUNNER_CRASHED", "crashed");
const permanent = new AppError("INFERENCE_FAILED", "no");

function task(id: string, canvasId = "a", widgetId = id): Task {
  return {
    correlationId: id,
    canvasId,
    widgetId,
    operation: "note_prompt",
    prompt: id,
    contentHash: id,
    createdAt: 0,
    seenAt: 0,
    stage: "queued",
    answerId: null,
    recovered: false,
    attempts: 0,
  };
}

/** Records the effects as words: `start a answer`, `abort a CANCELLED`, `waiting a 2`. */
function setup(limits: Partial<SchedulerLimits> = {}, canvases = ["a", "b"]) {
  const trace: string[] = [];
  const scheduler = new TaskScheduler(
    { ...LIMITS, ...limits },
    {
      start: (started: Task, work: Work) => trace.push(`start ${started.correlationId} ${work.kind}`),
      abort: (aborted, reason) => trace.push(`abort ${aborted.correlationId} ${reason.code}`),
      waiting: (waiting, ahead) => trace.push(`waiting ${waiting.correlationId} ${ahead}`),
    },
  );
  for (const canvas of canvases) scheduler.canvasAvailable(canvas, true, 0);
  return { scheduler, trace };
}

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

const ERRORS_BY_KIND: Readonly<Record<string, AppError>> = {
  transient,
  canvas: new AppError("CANVUS_UNREACHABLE", "gone"),
};

const IDS = ["1", "2", "3", "4", "5", "6"];
const event = fc.oneof(
  fc.record({ kind: fc.constant("enqueue" as const), id: fc.constantFrom(...IDS) }),
  fc.record({ kind: fc.constant("cancel" as const), id: fc.constantFrom(...IDS) }),
  fc.record({
    kind: fc.constant("end" as const),
    pick: fc.nat(),
    how: fc.constantFrom("done", "transient", "canvas", "permanent"),
  }),
  fc.record({ kind: fc.constant("canvas" as const), id: fc.constantFrom("a", "b"), up: fc.boolean() }),
  fc.record({ kind: fc.constant("time" as const), ms: fc.nat(90_000) }),
);

test("whatever the order of events: limits hold, and every task ends exactly once", () => {
  const limits = { ...LIMITS, maxQueued: 2, maxQueuedPerCanvas: 1 };
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const running = new Map<string, string>();
      const started = new Set<string>();
      const ended = new Map<string, number>();
      const enqueued = new Set<string>();
      const scheduler = new TaskScheduler(limits, {
        start: ({ correlationId, widgetId }, work) => {
          expect(running.has(correlationId)).toBe(false);
          expect([...running.values()]).not.toContain(widgetId);
          expect(ended.has(correlationId)).toBe(false);
          expect(work.kind === "answer" && scheduler.tasks().length === 0).toBe(false);
          running.set(correlationId, widgetId);
          started.add(correlationId);
          expect(running.size).toBeLessThanOrEqual(LIMITS.maxRunning);
        },
        abort: ({ correlationId }) => expect(running.has(correlationId)).toBe(true),
        waiting: () => {},
      });
      let now = 0;
      const end = (id: string, how: string) => {
        running.delete(id);
        const before = scheduler.tasks().length;
        if (how === "done") scheduler.workEnded(id, { done: true }, now);
        else scheduler.workEnded(id, { done: false, error: ERRORS_BY_KIND[how] ?? permanent }, now);
        if (scheduler.tasks().length < before) ended.set(id, (ended.get(id) ?? 0) + 1);
      };
      for (const each of events) {
        if (each.kind === "enqueue" && !enqueued.has(each.id)) {
          const number = Number(each.id);
          const canvasId = number % 2 ? "a" : "b";
          if (!scheduler.reserve(canvasId)) continue;
          enqueued.add(each.id);
          scheduler.enqueue(task(each.id, canvasId, `w${number % 4}`), now);
          scheduler.unreserve(canvasId);
          // What runs may come back to the queue; nothing else goes beyond the limit.
          expect(scheduler.tasks().length).toBeLessThanOrEqual(limits.maxQueued + limits.maxRunning);
        } else if (each.kind === "cancel") scheduler.cancel(each.id, now);
        else if (each.kind === "canvas") scheduler.canvasAvailable(each.id, each.up, now);
        else if (each.kind === "time") {
          now += each.ms;
          scheduler.tick(now);
        } else if (each.kind === "end") {
          const ids = [...running.keys()];
          const id = ids[each.pick % Math.max(1, ids.length)];
          if (id) end(id, each.how);
        }
      }
      // Everything comes back: then all that was enqueued ends.
      scheduler.canvasAvailable("a", true, now);
      scheduler.canvasAvailable("b", true, now);
      for (let round = 0; round < 200 && scheduler.tasks().length > 0; round += 1) {
        for (const id of [...running.keys()]) end(id, "done");
        now = Math.max(now, scheduler.nextWakeAt(now) ?? now);
        scheduler.tick(now);
      }
      expect(scheduler.tasks()).toEqual([]);
      for (const id of enqueued) expect(ended.get(id)).toBe(1);
      expect(started).toEqual(enqueued);
    }),
    { numRuns: 500 },
  );
});
