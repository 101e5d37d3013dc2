import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { deleteExpired } from "./retention.ts";
import { insertTelemetry } from "./telemetry-store.ts";
import {
  addHistory,
  errorRow,
  eventRow,
  memoryDatabase,
  performanceRow,
  systemRow,
} from "./testing/sample-rows.ts";

const DAY = 24 * 60 * 60 * 1000;
const LIMITS = { historyMs: 30 * DAY, metricsMs: 7 * DAY };
const NOW = Date.parse("2026-03-01T00:00:00.000Z");
let database: Database;

beforeEach(() => {
  database = memoryDatabase();
});

afterEach(() => database.close());

function daysAgo(days: number): string {
  return new Date(NOW - days * DAY).toISOString();
}

function count(sql: string): unknown {
  return database.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${sql}`).get()?.n;
}

test("each table keeps what is younger than its limit", () => {
  for (const days of [6.9, 7.1, 29.9, 31]) {
    const created_at = daysAgo(days);
    addHistory(database, { created_at, completed_at: created_at });
    insertTelemetry(database, [
      { table: "canvas_events", row: eventRow({ created_at }) },
      { table: "performance_metrics", row: performanceRow({ created_at }) },
      { table: "system_metrics", row: systemRow({ created_at }) },
      { table: "error_log", row: errorRow({ created_at, hour: created_at.slice(0, 13) }) },
    ]);
  }
  expect(deleteExpired(database, NOW, LIMITS, 100)).toEqual({
    processing_history: 1,
    error_log: 1,
    canvas_events: 3,
    performance_metrics: 3,
    system_metrics: 3,
    // Of the hour and of the day.
    prompt_sums: 2,
    latency_sums: 2,
    inference_sums: 2,
    system_peaks: 2,
  });
  expect(count("processing_history")).toBe(3);
  expect(count("canvas_events")).toBe(1);
  expect(new Set(Object.values(deleteExpired(database, NOW, LIMITS, 100)))).toEqual(new Set([0]));
});

test("a prompt that is not answered yet is never deleted", () => {
  const old = { created_at: daysAgo(400), completed_at: null };
  addHistory(
    database,
    { ...old, status: "pending" },
    { ...old, status: "running" },
    { ...old, status: "failed" },
  );
  expect(deleteExpired(database, NOW, LIMITS, 100).processing_history).toBe(1);
  expect(count("processing_history WHERE status IN ('pending', 'running')")).toBe(2);
});

test("a call deletes no more than a batch, the oldest first", () => {
  addHistory(
    database,
    ...[40, 60, 50].map((days) => ({ created_at: daysAgo(days), prompt: `${days} days` })),
  );
  expect(deleteExpired(database, NOW, LIMITS, 2).processing_history).toBe(2);
  expect(database.query("SELECT prompt FROM processing_history").all()).toEqual([{ prompt: "40 days" }]);
});

test("the full text forgets what is deleted, and stays sound", () => {
  addHistory(
    database,
    { created_at: daysAgo(40), prompt: "a zebra" },
    { created_at: daysAgo(1), prompt: "a zebra" },
  );
  database.run("UPDATE processing_history SET response = 'striped' WHERE id = 1");
  deleteExpired(database, NOW, LIMITS, 100);
  const found = (word: string) =>
    count(`processing_history_text WHERE processing_history_text MATCH '${word}'`);
  expect([found("zebra"), found("striped")]).toEqual([1, 0]);
  database.run(
    "INSERT INTO processing_history_text(processing_history_text, rank) VALUES ('integrity-check', 1)",
  );
});
