import { Database } from "bun:sqlite";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { migrate } from "../migrate.ts";
import {
  type CanvasEventInsert,
  type ErrorInsert,
  type HistoryInsert,
  type PerformanceInsert,
  processingHistory,
  type SystemInsert,
} from "../schema.ts";

/** An empty database with the newest schema, in memory. */
export function memoryDatabase(): Database {
  const database = new Database(":memory:", { strict: true });
  migrate(database);
  return database;
}

let made = 0;

/** A prompt that was answered; `changes` replaces fields. */
function historyRow(changes: Partial<HistoryInsert> = {}): HistoryInsert {
  made += 1;
  return {
    correlation_id: `c${made}`,
    canvas_id: "canvas-1",
    widget_id: `w${made}`,
    operation_type: "note_prompt",
    prompt: "What is the capital of France?",
    content_hash: `hash-${made}`,
    response: "Paris.",
    model: "small",
    prompt_tokens: 10,
    completion_tokens: 3,
    duration_ms: 1000,
    status: "succeeded",
    stage: "answered",
    created_at: "2026-01-10T12:00:00.000Z",
    completed_at: "2026-01-10T12:00:01.000Z",
    ...changes,
  };
}

/** A question that was just seen. */
export function newPrompt(id: string, changes: Partial<HistoryInsert> = {}): HistoryInsert {
  return {
    correlation_id: id,
    canvas_id: "canvas",
    widget_id: `widget of ${id}`,
    operation_type: "note_prompt",
    prompt: "What is the capital of France?",
    content_hash: "hash",
    status: "pending",
    stage: "queued",
    created_at: "2026-01-01T00:00:00.000Z",
    ...changes,
  };
}

export function addHistory(database: Database, ...rows: Partial<HistoryInsert>[]): void {
  for (const changes of rows) drizzle(database).insert(processingHistory).values(historyRow(changes)).run();
}

export function eventRow(changes: Partial<CanvasEventInsert> = {}): CanvasEventInsert {
  return {
    canvas_id: "canvas-1",
    widget_id: "w1",
    widget_type: "Note",
    operation_type: "updated",
    created_at: "2026-01-10T12:00:00.000Z",
    ...changes,
  };
}

export function performanceRow(changes: Partial<PerformanceInsert> = {}): PerformanceInsert {
  return {
    engine: "text",
    model: "small",
    status: "succeeded",
    prompt_tokens: 10,
    prompt_ms: 20,
    completion_tokens: 30,
    generation_ms: 100,
    ttft_ms: 25,
    queue_ms: 5,
    load_ms: 0,
    duration_ms: 125,
    created_at: "2026-01-10T12:00:00.000Z",
    ...changes,
  };
}

export function errorRow(changes: Partial<ErrorInsert> = {}): ErrorInsert {
  return {
    fingerprint: "f1",
    hour: "2026-01-10T12",
    level: "error",
    code: "RUNNER_CRASHED",
    category: "transient",
    message: "The model process stopped.",
    context: "{}",
    created_at: "2026-01-10T12:00:00.000Z",
    last_seen_at: "2026-01-10T12:00:00.000Z",
    ...changes,
  };
}

export function systemRow(changes: Partial<SystemInsert> = {}): SystemInsert {
  return {
    created_at: "2026-01-10T12:00:00.000Z",
    uptime_ms: 1000,
    service_rss_bytes: 100,
    runners_rss_bytes: 200,
    event_loop_lag_p50_ms: 0.1,
    event_loop_lag_p99_ms: 1,
    event_loop_lag_max_ms: 2,
    tasks_running: 0,
    tasks_waiting: 0,
    tasks_overflow: 0,
    inference_queued: 0,
    inference_active: 0,
    runners: "[]",
    canvases_live: 1,
    canvases_total: 1,
    canvas_events_dropped: 0,
    telemetry_queued: 0,
    telemetry_dropped: 0,
    ...changes,
  };
}
