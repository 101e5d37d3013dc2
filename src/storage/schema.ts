import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/*
 * All times are ISO 8601, UTC, with milliseconds: they sort as text and can be read in any SQLite shell. Lists are read
 * newest first by id; SQLite keeps the id at the end of every index, so an index on a filter also gives the order.
 */

const OPERATIONS = [
  "note_prompt",
  "image_prompt",
  "image_question",
  "image_analysis",
  "pdf_precis",
  "canvas_precis",
  "handwriting",
] as const;

/** What the service was asked and what it answered; at the same time the journal that makes a prompt survive a crash. */
export const processingHistory = sqliteTable(
  "processing_history",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    correlation_id: text().notNull(),
    canvas_id: text().notNull(),
    widget_id: text().notNull(),
    /** The note or picture that is the answer; null until it exists. */
    response_widget_id: text(),
    operation_type: text({ enum: OPERATIONS }).notNull(),
    prompt: text().notNull(),
    /** SHA-256 (hex) of the text that triggered: tells a repeated sight of one question from a new question. */
    content_hash: text().notNull(),
    response: text(),
    model: text(),
    prompt_tokens: integer(),
    completion_tokens: integer(),
    /** From the moment the prompt was seen to its end, waiting included. */
    duration_ms: integer(),
    /** Of the inference that wrote the answer; kept here because its row in performance_metrics lives shorter. */
    queue_ms: real(),
    load_ms: real(),
    prompt_ms: real(),
    ttft_ms: real(),
    generation_ms: real(),
    status: text({ enum: ["pending", "running", "succeeded", "failed", "cancelled"] }).notNull(),
    /** How far the canvas has been written; recovery continues from here. */
    stage: text({ enum: ["queued", "claimed", "answered"] }).notNull(),
    attempts: integer().notNull().default(0),
    error_code: text(),
    error_message: text(),
    created_at: text().notNull(),
    /** When work on it began, when the whole answer stood on the canvas, when nothing was left to do. */
    started_at: text(),
    answered_at: text(),
    completed_at: text(),
  },
  (table) => [
    uniqueIndex("processing_history_correlation").on(table.correlation_id),
    uniqueIndex("processing_history_one_live_row")
      .on(table.canvas_id, table.widget_id, table.content_hash)
      .where(sql`status in ('pending', 'running')`),
    index("processing_history_created").on(table.created_at),
    index("processing_history_status").on(table.status),
    index("processing_history_canvas").on(table.canvas_id),
    index("processing_history_operation").on(table.operation_type),
    index("processing_history_model").on(table.model),
  ],
);

/** What happened to the widgets of the watched canvases. Never their texts. */
export const canvasEvents = sqliteTable(
  "canvas_events",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    canvas_id: text().notNull(),
    widget_id: text().notNull(),
    widget_type: text().notNull(),
    operation_type: text({ enum: ["added", "updated", "deleted"] }).notNull(),
    /** Names of the fields that changed, separated by commas; null unless updated. */
    changed_fields: text(),
    /** How many changes in a row the entry stands for. */
    changes: integer().notNull().default(1),
    /** Of the prompt whose answer the widget is; null for everything people made. */
    correlation_id: text(),
    created_at: text().notNull(),
  },
  (table) => [
    index("canvas_events_created").on(table.created_at),
    index("canvas_events_widget").on(table.canvas_id, table.widget_id),
    index("canvas_events_correlation").on(table.correlation_id).where(sql`correlation_id is not null`),
  ],
);

/** One row for each call of a model, failed ones included. */
export const performanceMetrics = sqliteTable(
  "performance_metrics",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    correlation_id: text(),
    engine: text({ enum: ["text", "vision", "image"] }).notNull(),
    model: text().notNull(),
    /** Where it was asked: the address of a server, or `local`. */
    endpoint: text(),
    model_path: text(),
    quantization: text(),
    /** Tokens of one request's context. */
    context_size: integer(),
    /** What computed: cuda, vulkan, metal or off (the processor). */
    device: text(),
    status: text({ enum: ["succeeded", "failed", "cancelled"] }).notNull(),
    error_code: text(),
    error_message: text(),
    queue_ms: real(),
    load_ms: real(),
    prompt_tokens: integer(),
    prompt_ms: real(),
    prompt_tokens_per_second: real(),
    ttft_ms: real(),
    completion_tokens: integer(),
    generation_ms: real(),
    completion_tokens_per_second: real(),
    total_tokens: integer(),
    /** The whole call, waiting and loading included. */
    duration_ms: real().notNull(),
    stop_reason: text({ enum: ["stop", "length", "repetition"] }),
    prompt_tokens_cut: integer(),
    vram_before_mb: real(),
    vram_after_mb: real(),
    gpu_utilization_percent: real(),
    gpu_compute_ms: real(),
    created_at: text().notNull(),
  },
  (table) => [
    index("performance_metrics_created").on(table.created_at),
    index("performance_metrics_correlation").on(table.correlation_id),
  ],
);

/** Errors and warnings with a cause; equal ones of the same hour share a row. */
export const errorLog = sqliteTable(
  "error_log",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** Hash of what makes two errors equal: level, code, source and message without its numbers and ids. */
    fingerprint: text().notNull(),
    /** The hour it belongs to, for example `2026-01-31T23`. */
    hour: text().notNull(),
    level: text({ enum: ["warn", "error"] }).notNull(),
    code: text().notNull(),
    category: text({ enum: ["transient", "configuration", "resource", "model", "data"] }).notNull(),
    message: text().notNull(),
    source: text(),
    /** JSON: the structured fields of the first of them. */
    context: text().notNull(),
    stack: text(),
    /** Of the first and of the latest; null when it belongs to no prompt. */
    correlation_id: text(),
    last_correlation_id: text(),
    occurrences: integer().notNull().default(1),
    created_at: text().notNull(),
    last_seen_at: text().notNull(),
  },
  (table) => [
    uniqueIndex("error_log_fingerprint").on(table.fingerprint, table.hour),
    index("error_log_created").on(table.created_at),
    index("error_log_code").on(table.code),
    index("error_log_correlation").on(table.correlation_id),
    index("error_log_last_correlation").on(table.last_correlation_id),
  ],
);

/** How the service itself is, sampled at an interval. */
export const systemMetrics = sqliteTable(
  "system_metrics",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    created_at: text().notNull(),
    uptime_ms: integer().notNull(),
    service_rss_bytes: integer().notNull(),
    runners_rss_bytes: integer().notNull(),
    event_loop_lag_p50_ms: real().notNull(),
    event_loop_lag_p99_ms: real().notNull(),
    event_loop_lag_max_ms: real().notNull(),
    tasks_running: integer().notNull(),
    tasks_waiting: integer().notNull(),
    /** Prompts that wait on their canvas because the queue is full. */
    tasks_overflow: integer().notNull(),
    inference_queued: integer().notNull(),
    inference_active: integer().notNull(),
    /** JSON: one object for each runner, with kind, state, model, crashes, rss_bytes. */
    runners: text().notNull(),
    canvases_live: integer().notNull(),
    canvases_total: integer().notNull(),
    /** Changes of widgets since the start that were not recorded because there were too many. */
    canvas_events_dropped: integer().notNull(),
    telemetry_queued: integer().notNull(),
    telemetry_dropped: integer().notNull(),
    /** Open files and sockets; null where the system does not tell. */
    open_handles: integer(),
    disk_free_bytes: integer(),
    database_bytes: integer(),
    vram_used_mb: real(),
    vram_total_mb: real(),
    gpu_utilization_percent: real(),
  },
  (table) => [index("system_metrics_created").on(table.created_at)],
);

/** What a model was measured to take, so that the next start need not guess. */
export const modelMemory = sqliteTable(
  "model_memory",
  {
    model: text().notNull(),
    /** Tokens of each sequence. */
    context_size: integer().notNull(),
    sequences: integer().notNull(),
    device: text().notNull(),
    /** Version of the engine: another one may need more or less. */
    build: text().notNull(),
    measured_bytes: integer().notNull(),
    last_used_at: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.model, table.context_size, table.sequences, table.device, table.build] }),
    index("model_memory_used").on(table.last_used_at),
  ],
);

/** argon2id hash of the dashboard's password, in one row with id 1: another password ends all sessions. */
export const webPassword = sqliteTable("web_password", {
  id: integer().primaryKey(),
  verifier: text().notNull(),
});

/** Who is logged in to the dashboard. The id is the SHA-256 (hex) of the token, which is stored nowhere. */
export const webSessions = sqliteTable("web_sessions", {
  id: text().primaryKey(),
  created_at: text().notNull(),
  /** Written every now and then, so some minutes old; null until the session was used after its login. */
  last_used_at: text(),
});

export type HistoryRow = typeof processingHistory.$inferSelect;
export type HistoryInsert = typeof processingHistory.$inferInsert;
export type CanvasEventRow = typeof canvasEvents.$inferSelect;
export type CanvasEventInsert = typeof canvasEvents.$inferInsert;
export type PerformanceRow = typeof performanceMetrics.$inferSelect;
export type PerformanceInsert = typeof performanceMetrics.$inferInsert;
export type ErrorRow = typeof errorLog.$inferSelect;
export type ErrorInsert = typeof errorLog.$inferInsert;
export type SystemRow = typeof systemMetrics.$inferSelect;
export type SystemInsert = typeof systemMetrics.$inferInsert;
