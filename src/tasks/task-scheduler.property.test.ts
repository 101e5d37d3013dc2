import { expect, test } from "bun:test";
import fc from "fast-check";
import { AppError } from "../errors/app-error.ts";
import { TaskScheduler } from "./task-scheduler.ts";
import { LIMITS, permanent, task, transient } from "./testing/scheduler-bench.ts";

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
