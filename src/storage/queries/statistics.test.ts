import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { TelemetryRow } from "../telemetry-row.ts";
import { insertTelemetry } from "../telemetry-store.ts";
import {
  addHistory,
  errorRow,
  eventRow,
  memoryDatabase,
  performanceRow,
  systemRow,
} from "../testing/sample-rows.ts";
import { createQueries, type Queries } from "./queries.ts";

let database: Database;
let queries: Queries;

beforeEach(() => {
  database = memoryDatabase();
  queries = createQueries(database);
});

afterEach(() => database.close());

function record(...rows: TelemetryRow[]): void {
  insertTelemetry(database, rows);
}

function ended(completed_at: string, duration_ms: number, changes = {}) {
  return { completed_at, created_at: completed_at, duration_ms, ...changes };
}

const DAY = { from: "2026-01-10T00:00:00.000Z", to: "2026-01-11T00:00:00.000Z" };

test("the counts of a day: what ended, how long it took, how many tokens", () => {
  addHistory(
    database,
    ended("2026-01-10T00:00:00.000Z", 1000),
    ended("2026-01-10T23:59:59.999Z", 3000),
    ended("2026-01-10T12:00:00.000Z", 500, {
      status: "failed",
      prompt_tokens: null,
      completion_tokens: null,
    }),
    ended("2026-01-10T12:00:00.000Z", 500, {
      status: "cancelled",
      prompt_tokens: null,
      completion_tokens: null,
    }),
    ended("2026-01-10T12:00:00.000Z", 0, { status: "running", completed_at: null }),
    ended("2026-01-11T00:00:00.000Z", 9000),
    ended("2026-01-09T23:59:59.999Z", 9000),
  );
  const totals = queries.promptTotals(DAY);
  expect(totals).toMatchObject({
    prompts: 4,
    succeeded: 2,
    failed: 1,
    cancelled: 1,
    prompt_tokens: 20,
    completion_tokens: 6,
    average_ms: 2000,
  });
  expect(totals.p50_ms ?? 0).toBeCloseTo(1000, -2);
});

test("the hour that has just begun counts as well", () => {
  addHistory(database, ended("2026-01-10T12:10:00.000Z", 1000));
  const span = { from: "2026-01-10T12:00:00.000Z", to: "2026-01-10T12:11:00.000Z" };
  expect(queries.promptTotals(span).prompts).toBe(1);
  expect(queries.promptSeries({ ...span, step: "hour" })).toHaveLength(1);
  expect(queries.promptSeries({ ...span, step: "day" })).toHaveLength(1);
});

test("a prompt is counted once, when it ends, with what it was then", () => {
  addHistory(database, { status: "pending", completed_at: null, duration_ms: null, model: null });
  const set = (changes: string) => database.run(`UPDATE processing_history SET ${changes} WHERE id = 1`);
  set("status = 'running'");
  set("duration_ms = 700, model = 'small'");
  expect(queries.promptTotals(DAY).prompts).toBe(0);
  set("status = 'succeeded', completed_at = '2026-01-10T13:00:00.000Z'");
  set("status = 'succeeded'");
  expect(queries.promptTotals(DAY)).toMatchObject({ prompts: 1, succeeded: 1, average_ms: 700 });
  expect(queries.promptShares(DAY)).toMatchObject([
    { operation_type: "note_prompt", model: "small", prompts: 1 },
  ]);
});

test("spans of days, hours at both ends: the same as adding up every prompt", () => {
  const hours = 24 * 6;
  const time = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
  addHistory(database, ...Array.from({ length: hours }, (_, hour) => ended(time(hour), 100)));
  for (const [first, last] of [
    [0, hours],
    [5, 30],
    [5, 100],
    [24, 48],
    [23, 25],
    [47, 49],
    [30, 31],
    [10, 20],
  ] as const) {
    const totals = queries.promptTotals({ from: time(first), to: time(last) });
    expect([first, last, totals.prompts]).toEqual([first, last, last - first]);
  }
});

test("latency percentiles are within 5 % of the truth", () => {
  const durations = Array.from({ length: 500 }, (_, n) => Math.round(50 * 1.015 ** n));
  addHistory(database, ...durations.map((duration) => ended("2026-01-10T12:00:00.000Z", duration)));
  const { p50_ms, p95_ms, p99_ms } = queries.promptTotals(DAY);
  for (const [share, found] of [
    [0.5, p50_ms],
    [0.95, p95_ms],
    [0.99, p99_ms],
  ] as const) {
    const truth = durations[Math.ceil(share * durations.length) - 1] ?? 0;
    expect(Math.abs((found ?? 0) / truth - 1)).toBeLessThan(0.05);
  }
  expect(queries.promptTotals({ ...DAY, to: DAY.from }).p50_ms).toBeNull();
});

test("series have one point for each period in which something ended", () => {
  addHistory(
    database,
    ended("2026-01-10T01:30:00.000Z", 100),
    ended("2026-01-10T01:40:00.000Z", 100, { status: "failed" }),
    ended("2026-01-10T05:00:00.000Z", 200),
    ended("2026-01-12T05:00:00.000Z", 200),
  );
  const span = { from: "2026-01-10T00:00:00.000Z", to: "2026-01-13T00:00:00.000Z" };
  const points = (step: "hour" | "day") =>
    queries.promptSeries({ ...span, step }).map(({ time, succeeded, failed }) => [time, succeeded, failed]);
  expect(points("hour")).toEqual([
    ["2026-01-10T01:00:00.000Z", 1, 1],
    ["2026-01-10T05:00:00.000Z", 1, 0],
    ["2026-01-12T05:00:00.000Z", 1, 0],
  ]);
  expect(points("day")).toEqual([
    ["2026-01-10T00:00:00.000Z", 2, 1],
    ["2026-01-12T00:00:00.000Z", 1, 0],
  ]);
});

test("speeds of models are all tokens by all time, not an average of averages", () => {
  record(
    { table: "performance_metrics", row: performanceRow({ completion_tokens: 100, generation_ms: 1000 }) },
    { table: "performance_metrics", row: performanceRow({ completion_tokens: 100, generation_ms: 3000 }) },
    {
      table: "performance_metrics",
      row: performanceRow({ model: "large", status: "failed", prompt_ms: 0, generation_ms: 0 }),
    },
  );
  expect(queries.inferenceSeries({ ...DAY, step: "hour" })).toMatchObject([
    { model: "large", failed: 1, completion_tokens_per_second: null, average_ttft_ms: null },
    {
      time: "2026-01-10T12:00:00.000Z",
      model: "small",
      succeeded: 2,
      completion_tokens_per_second: 50,
      average_ttft_ms: 25,
    },
  ]);
});

test("the system by samples, and the worst of each hour", () => {
  record(
    { table: "system_metrics", row: systemRow({ tasks_waiting: 1, disk_free_bytes: 10 }) },
    {
      table: "system_metrics",
      row: systemRow({ tasks_waiting: 5, disk_free_bytes: 20, created_at: "2026-01-10T12:00:30.000Z" }),
    },
  );
  expect(queries.systemSeries({ ...DAY, step: "sample" }).map((point) => point.tasks_waiting)).toEqual([
    1, 5,
  ]);
  expect(queries.systemSeries({ ...DAY, step: "hour" })).toMatchObject([
    { time: "2026-01-10T12:00:00.000Z", tasks_waiting: 5, disk_free_bytes: 10 },
  ]);
  expect(queries.systemLatest()?.tasks_waiting).toBe(5);
});

test("errors by code, by message, over time and as a list", () => {
  const later = {
    hour: "2026-01-10T13",
    created_at: "2026-01-10T13:05:00.000Z",
    last_seen_at: "2026-01-10T13:50:00.000Z",
  };
  record(
    { table: "error_log", row: errorRow({ occurrences: 3, message: "Process 1 stopped." }) },
    { table: "error_log", row: errorRow({ ...later, occurrences: 2, message: "Process 2 stopped." }) },
    {
      table: "error_log",
      row: errorRow({ fingerprint: "f2", code: "QUEUE_FULL", category: "resource", level: "warn" }),
    },
  );
  expect(queries.errorKinds(DAY)).toEqual([
    {
      code: "RUNNER_CRASHED",
      category: "transient",
      occurrences: 5,
      first_seen_at: "2026-01-10T12:00:00.000Z",
      last_seen_at: "2026-01-10T13:50:00.000Z",
      message: "Process 2 stopped.",
    },
    expect.objectContaining({ code: "QUEUE_FULL", occurrences: 1 }),
  ]);
  expect(queries.errorMessages({ ...DAY, limit: 1 })).toMatchObject([
    { message: "Process 2 stopped.", occurrences: 5 },
  ]);
  expect(
    queries.errorSeries({ ...DAY, step: "hour" }).map(({ code, occurrences }) => [code, occurrences]),
  ).toEqual([
    ["QUEUE_FULL", 1],
    ["RUNNER_CRASHED", 3],
    ["RUNNER_CRASHED", 2],
  ]);
  const listed = (request = {}) => queries.errorPage(request).rows.map(({ id }) => id);
  expect([
    listed(),
    listed({ code: "QUEUE_FULL" }),
    listed({ level: "error" }),
    listed({ to: later.created_at }),
  ]).toEqual([[3, 2, 1], [3], [2, 1], [1]]);
});

test("canvas events by canvas, widget and operation, in pages", () => {
  record(
    { table: "canvas_events", row: eventRow({ operation_type: "added" }) },
    { table: "canvas_events", row: eventRow({ widget_id: "w2" }) },
    { table: "canvas_events", row: eventRow({ canvas_id: "canvas-2" }) },
  );
  const listed = (request = {}) => queries.canvasEventPage(request).rows.map(({ id }) => id);
  expect(listed()).toEqual([3, 2, 1]);
  expect(listed({ canvasId: "canvas-1" })).toEqual([2, 1]);
  expect(listed({ canvasId: "canvas-1", widgetId: "w1" })).toEqual([1]);
  expect(listed({ operation: "updated", limit: 1 })).toEqual([3]);
  expect(queries.canvasEventPage({ limit: 1 }).next).toBe(3);
});

test("one task with all that belongs to it, and nothing else", () => {
  const lifetime = { created_at: "2026-01-10T12:00:00.000Z", completed_at: "2026-01-10T12:00:05.000Z" };
  addHistory(database, { correlation_id: "abc", widget_id: "w1", response_widget_id: "answer", ...lifetime });
  const event = (widget_id: string, second: number, changes = {}): TelemetryRow => ({
    table: "canvas_events",
    row: eventRow({ widget_id, created_at: `2026-01-10T12:00:0${second}.000Z`, ...changes }),
  });
  record(
    event("w1", 1),
    event("answer", 2, { correlation_id: "abc" }),
    event("w1", 9),
    event("w2", 2),
    event("w1", 2, { canvas_id: "canvas-2" }),
    { table: "performance_metrics", row: performanceRow({ correlation_id: "abc" }) },
    { table: "performance_metrics", row: performanceRow({ correlation_id: "other" }) },
    { table: "error_log", row: errorRow({ correlation_id: "first", last_correlation_id: "abc" }) },
  );
  const detail = queries.taskDetail({ correlationId: "abc" });
  expect(detail?.task.prompt).toBe("What is the capital of France?");
  expect(detail?.inferences).toHaveLength(1);
  expect(detail?.errors).toHaveLength(1);
  expect(detail?.events.map(({ id }) => id)).toEqual([1, 2]);
  expect(queries.taskDetail({ correlationId: "none" })).toBeNull();
});

test("the values to filter by, each once and in order, found without reading every row", () => {
  addHistory(
    database,
    { canvas_id: "b", model: "x" },
    { canvas_id: "a", model: null },
    { canvas_id: "b", model: "y" },
  );
  expect(queries.filterValues()).toEqual({
    canvases: ["a", "b"],
    operations: ["note_prompt"],
    models: ["x", "y"],
  });
});

test("an empty database has an answer to everything", () => {
  expect(queries.historyPage({})).toEqual({ rows: [], next: null });
  expect(queries.historyPage({ text: "x", from: DAY.from })).toEqual({ rows: [], next: null });
  expect(queries.promptTotals(DAY)).toMatchObject({ prompts: 0, average_ms: null, p99_ms: null });
  expect(queries.systemLatest()).toBeNull();
  expect(queries.filterValues()).toEqual({ canvases: [], operations: [], models: [] });
});
