import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { insertTelemetry } from "./telemetry-store.ts";
import { errorRow, eventRow, memoryDatabase, performanceRow, systemRow } from "./testing/sample-rows.ts";

let database: Database;

beforeEach(() => {
  database = memoryDatabase();
});

afterEach(() => database.close());

function all(table: string): Record<string, unknown>[] {
  return database.query<Record<string, unknown>, []>(`SELECT * FROM ${table}`).all();
}

test("a batch of mixed rows lands in its tables, absent fields as null or their default", () => {
  insertTelemetry(database, [
    { table: "canvas_events", row: eventRow({ changed_fields: "location" }) },
    { table: "performance_metrics", row: performanceRow({ correlation_id: "c1" }) },
    { table: "error_log", row: errorRow() },
    { table: "system_metrics", row: systemRow({ disk_free_bytes: 5_000_000_000_000 }) },
  ]);
  expect(all("canvas_events")).toMatchObject([
    { id: 1, changed_fields: "location", changes: 1, correlation_id: null },
  ]);
  expect(all("performance_metrics")).toMatchObject([
    { correlation_id: "c1", completion_tokens: 30, error_code: null },
  ]);
  expect(all("error_log")).toMatchObject([{ code: "RUNNER_CRASHED", occurrences: 1 }]);
  expect(all("system_metrics")).toMatchObject([{ disk_free_bytes: 5_000_000_000_000, vram_used_mb: null }]);
});

test("equal errors of one hour share a row; another hour or another error gets its own", () => {
  const at = (minute: string, changes = {}) =>
    ({
      table: "error_log",
      row: errorRow({ last_seen_at: `2026-01-10T12:${minute}:00.000Z`, ...changes }),
    }) as const;
  insertTelemetry(database, [
    at("01", { correlation_id: "a", last_correlation_id: "a" }),
    at("07", { occurrences: 5 }),
  ]);
  insertTelemetry(database, [
    at("05", { last_correlation_id: "b" }),
    at("02", { hour: "2026-01-10T13" }),
    at("03", { fingerprint: "f2" }),
  ]);
  expect(all("error_log")).toMatchObject([
    {
      occurrences: 7,
      last_seen_at: "2026-01-10T12:07:00.000Z",
      correlation_id: "a",
      last_correlation_id: "b",
    },
    { hour: "2026-01-10T13", occurrences: 1 },
    { fingerprint: "f2", occurrences: 1 },
  ]);
});

test("inferences add up per hour, engine and model, over batches", () => {
  const rows = [
    performanceRow({ vram_after_mb: 100 }),
    performanceRow({ status: "failed", prompt_tokens: null, completion_tokens: null, duration_ms: 5 }),
    performanceRow({ model: "large" }),
    performanceRow({ created_at: "2026-01-10T13:00:00.000Z" }),
  ];
  insertTelemetry(
    database,
    rows.map((row) => ({ table: "performance_metrics", row })),
  );
  insertTelemetry(database, [{ table: "performance_metrics", row: performanceRow({ vram_after_mb: 50 }) }]);
  expect(all("inference_sums WHERE model = 'small'")).toMatchObject([
    {
      period: "2026-01-10T12",
      succeeded: 2,
      failed: 1,
      completion_tokens: 60,
      duration_ms: 255,
      vram_max_mb: 100,
    },
    { period: "2026-01-10", succeeded: 3, failed: 1, completion_tokens: 90, vram_max_mb: 100 },
    { period: "2026-01-10T13", succeeded: 1, vram_max_mb: null },
  ]);
  expect(all("inference_sums WHERE model = 'large'")).toHaveLength(2);
});

test("of the samples of the service the worst is kept for the hour and the day", () => {
  const samples = [
    systemRow({ tasks_waiting: 3, disk_free_bytes: 500, vram_used_mb: 10 }),
    systemRow({ tasks_waiting: 9, disk_free_bytes: 900 }),
    systemRow({ tasks_waiting: 1, disk_free_bytes: null, created_at: "2026-01-10T13:00:00.000Z" }),
  ];
  for (const row of samples) insertTelemetry(database, [{ table: "system_metrics", row }]);
  expect(all("system_peaks")).toMatchObject([
    { step: "hour", period: "2026-01-10T12", tasks_waiting: 9, disk_free_bytes: 500, vram_used_mb: 10 },
    { step: "day", period: "2026-01-10", tasks_waiting: 9, disk_free_bytes: 500, vram_used_mb: 10 },
    { step: "hour", period: "2026-01-10T13", tasks_waiting: 1, disk_free_bytes: null, vram_used_mb: null },
  ]);
});

test("a batch that cannot be written leaves nothing behind", () => {
  database.run("CREATE TRIGGER full BEFORE INSERT ON system_metrics BEGIN SELECT RAISE(ABORT, 'full'); END");
  const batch = () =>
    insertTelemetry(database, [
      { table: "canvas_events", row: eventRow() },
      { table: "system_metrics", row: systemRow() },
    ]);
  expect(batch).toThrow("full");
  expect(all("canvas_events")).toEqual([]);
});
