import { beforeEach, expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { TelemetryQueue } from "./telemetry-queue.ts";
import type { TelemetryRow } from "./telemetry-row.ts";

const FULL = new AppError("STORAGE_UNAVAILABLE", "The disk is full.");
const WRONG = new AppError("INTERNAL", "This row cannot be written.");

let timers: FakeTimers;
let batches: string[][];
/** What the next writes end with; null is success. */
let endings: (AppError | null)[];
let failures: unknown[];
let queue: TelemetryQueue;

beforeEach(() => {
  timers = new FakeTimers();
  batches = [];
  endings = [];
  failures = [];
  queue = new TelemetryQueue({
    write: async (rows) => {
      batches.push(rows.map(nameOf));
      const ending = endings.shift();
      if (ending) throw ending;
    },
    onFailure: (error) => failures.push(error),
    timers,
  });
});

function record(from: number, to: number): void {
  for (let index = from; index < to; index++) {
    queue.record({
      table: "canvas_events",
      row: {
        canvas_id: "canvas",
        widget_id: `w${index}`,
        widget_type: "Note",
        operation_type: "added",
        created_at: "2026-01-01T00:00:00.000Z",
      },
    });
  }
}

function nameOf({ table, row }: TelemetryRow): string {
  return table === "canvas_events" ? row.widget_id : "";
}

test("rows gather for a moment and go as one batch", () => {
  queue.resume();
  record(0, 3);
  expect(batches).toEqual([]);
  timers.advance(200);
  expect(batches).toEqual([["w0", "w1", "w2"]]);
});

test("a flush writes everything in order, in bounded batches", async () => {
  queue.resume();
  record(0, 1200);
  await queue.flush();
  expect(batches.map((batch) => batch.length)).toEqual([500, 500, 200]);
  expect(batches.flat().at(-1)).toBe("w1199");
  expect(queue.counts).toEqual({ queued: 0, written: 1200, dropped: 0 });
});

test("a full queue loses its oldest rows and counts them", () => {
  record(0, 20_001);
  expect(queue.counts).toEqual({ queued: 19_501, written: 0, dropped: 500 });
  queue.resume();
  expect(batches[0]?.[0]).toBe("w500");
});

test("rows that the disk did not take come first when it does again", async () => {
  endings = [FULL];
  queue.resume();
  record(0, 2);
  await queue.flush();
  expect(failures).toEqual([FULL]);
  expect(queue.counts).toEqual({ queued: 2, written: 0, dropped: 0 });
  record(2, 3);
  timers.advance(60_000);
  expect(batches).toHaveLength(1);
  queue.resume();
  await queue.flush();
  expect(batches.at(-1)).toEqual(["w0", "w1", "w2"]);
  expect(queue.counts).toEqual({ queued: 0, written: 3, dropped: 0 });
});

test("rows at fault are dropped; they do not hold up the others", async () => {
  endings = [WRONG];
  queue.resume();
  record(0, 501);
  await queue.flush();
  expect(failures).toEqual([WRONG]);
  expect(queue.counts).toEqual({ queued: 0, written: 1, dropped: 500 });
});
