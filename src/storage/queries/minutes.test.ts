import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { insertTelemetry } from "../telemetry-store.ts";
import { addHistory, memoryDatabase, performanceRow } from "../testing/sample-rows.ts";
import { inferenceMinutes, promptMinutes } from "./minutes.ts";

const SPAN = { from: "2026-01-10T12:00:00.000Z", to: "2026-01-10T13:00:00.000Z" };

let database: Database;

beforeEach(() => {
  database = memoryDatabase();
});

afterEach(() => database.close());

function at(time: string): string {
  return `2026-01-10T${time}.000Z`;
}

test("prompts count in the minute in which they ended", () => {
  const ended = (created: string, completed: string, changes = {}) => ({
    ...{ created_at: at(created), completed_at: at(completed), duration_ms: 1000 },
    ...changes,
  });
  addHistory(
    database,
    ended("11:30:00", "11:59:59"),
    ended("11:58:00", "12:00:01"),
    ended("12:00:10", "12:00:20", { duration_ms: 3000 }),
    ended("12:00:30", "12:05:00", { status: "failed", completion_tokens: null }),
    ended("12:50:00", "13:00:00"),
    { created_at: at("12:30:00"), completed_at: null, status: "running" },
  );
  expect(promptMinutes(database, SPAN)).toMatchObject([
    { time: at("12:00:00"), prompts: 2, succeeded: 2, failed: 0, completion_tokens: 6, average_ms: 2000 },
    { time: at("12:05:00"), prompts: 1, succeeded: 0, failed: 1, completion_tokens: 0, p50_ms: null },
  ]);
  const [first] = promptMinutes(database, SPAN);
  expect(first?.p50_ms).toBeWithin(950, 1050);
  expect(first?.p99_ms).toBeWithin(2850, 3150);
});

test("calls of models count by minute and model, with their speed", () => {
  const call = (time: string, changes = {}) => ({
    table: "performance_metrics" as const,
    row: performanceRow({ created_at: at(time), completion_tokens: 30, generation_ms: 1000, ...changes }),
  });
  insertTelemetry(database, [
    call("11:59:59"),
    call("12:00:00"),
    call("12:00:59", { generation_ms: 500, vram_before_mb: null, vram_after_mb: 7 }),
    call("12:00:59", { model: "large", status: "failed", completion_tokens: null, generation_ms: null }),
  ]);
  expect(inferenceMinutes(database, SPAN)).toMatchObject([
    {
      time: at("12:00:00"),
      model: "large",
      failed: 1,
      completion_tokens: 0,
      completion_tokens_per_second: null,
    },
    { time: at("12:00:00"), model: "small", succeeded: 2, completion_tokens_per_second: 40, vram_max_mb: 7 },
  ]);
});
