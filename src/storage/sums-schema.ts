import { integer, primaryKey, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

/*
 * Sums, so that a chart over a month reads some hundred small rows and not a million large ones. Each step of time has
 * its rows: `hour` with periods like `2026-01-31T23` and `day` with periods like `2026-01-31`. Those of the prompts are
 * kept by triggers (see the migration full_text_and_sums), the others by the writer of telemetry.
 */

const periodColumns = {
  step: text({ enum: ["hour", "day"] }).notNull(),
  period: text().notNull(),
};

export const promptSums = sqliteTable(
  "prompt_sums",
  {
    ...periodColumns,
    operation_type: text().notNull(),
    model: text().notNull(),
    status: text().notNull(),
    prompts: integer().notNull(),
    duration_ms: integer().notNull(),
    prompt_tokens: integer().notNull(),
    completion_tokens: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.step, table.period, table.operation_type, table.model, table.status] }),
  ],
);

/** How many prompts took how long: bucket n holds durations from 2^(n/8) ms to 2^((n+1)/8) ms, 9 % apart. */
export const latencySums = sqliteTable(
  "latency_sums",
  {
    ...periodColumns,
    bucket: integer().notNull(),
    prompts: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.step, table.period, table.bucket] })],
);

export const inferenceSums = sqliteTable(
  "inference_sums",
  {
    ...periodColumns,
    engine: text().notNull(),
    model: text().notNull(),
    succeeded: integer().notNull(),
    failed: integer().notNull(),
    cancelled: integer().notNull(),
    prompt_tokens: integer().notNull(),
    completion_tokens: integer().notNull(),
    queue_ms: real().notNull(),
    load_ms: real().notNull(),
    prompt_ms: real().notNull(),
    ttft_ms: real().notNull(),
    generation_ms: real().notNull(),
    duration_ms: real().notNull(),
    vram_max_mb: real(),
    gpu_utilization_max_percent: real(),
  },
  (table) => [primaryKey({ columns: [table.step, table.period, table.engine, table.model] })],
);

/** The worst of all samples of system_metrics, because averages hide what hurts: the least where less is worse. */
export const systemPeaks = sqliteTable(
  "system_peaks",
  {
    ...periodColumns,
    service_rss_bytes: integer().notNull(),
    runners_rss_bytes: integer().notNull(),
    event_loop_lag_p99_ms: real().notNull(),
    event_loop_lag_max_ms: real().notNull(),
    tasks_running: integer().notNull(),
    tasks_waiting: integer().notNull(),
    inference_queued: integer().notNull(),
    inference_active: integer().notNull(),
    canvases_live: integer().notNull(),
    canvas_events_dropped: integer().notNull(),
    telemetry_dropped: integer().notNull(),
    open_handles: integer(),
    disk_free_bytes: integer(),
    database_bytes: integer(),
    vram_used_mb: real(),
    vram_total_mb: real(),
    gpu_utilization_percent: real(),
  },
  (table) => [primaryKey({ columns: [table.step, table.period] })],
);
