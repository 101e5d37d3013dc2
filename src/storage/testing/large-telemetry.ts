import type { Database } from "bun:sqlite";
import type { TelemetryRow } from "../telemetry-row.ts";
import { insertTelemetry } from "../telemetry-store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const SAMPLE_MS = 30_000;

/** What goes with the youngest prompts of a large history: events, calls of models, errors; and samples of the service. */
export function fillTelemetry(
  database: Database,
  { metricsDays, now }: { readonly metricsDays: number; readonly now: number },
): void {
  const young = `FROM processing_history WHERE created_at >= '${new Date(now - metricsDays * DAY_MS).toISOString()}'`;
  database.run(`INSERT INTO canvas_events
      (canvas_id, widget_id, widget_type, operation_type, changed_fields, correlation_id, created_at)
    SELECT canvas_id, widget_id, 'Note', 'updated', 'text', NULL, created_at ${young}
    UNION ALL SELECT canvas_id, response_widget_id, 'Note', 'added', NULL, correlation_id, created_at ${young}
    ORDER BY created_at`);
  database.run(`INSERT INTO performance_metrics (correlation_id, engine, model, quantization, context_size, device, status,
      error_code, queue_ms, load_ms, prompt_tokens, prompt_ms, ttft_ms, completion_tokens, generation_ms,
      completion_tokens_per_second, duration_ms, vram_before_mb, vram_after_mb, gpu_utilization_percent, created_at)
    SELECT correlation_id, 'text', model, 'Q4_K_M', 8192, 'cuda', iif(status = 'failed', 'failed', 'succeeded'), error_code,
      queue_ms, load_ms, prompt_tokens, prompt_ms, ttft_ms, completion_tokens, generation_ms,
      completion_tokens * 1000 / generation_ms, duration_ms, 9000, 9000 + id % 900, 60 + id % 40, created_at ${young}`);
  for (const [step, length] of [
    ["hour", "2026-01-31T23".length],
    ["day", "2026-01-31".length],
  ] as const) {
    database.run(`INSERT INTO inference_sums
      SELECT '${step}', substr(created_at, 1, ${length}), engine, model, sum(status = 'succeeded'), sum(status = 'failed'), 0,
        sum(prompt_tokens), sum(completion_tokens), sum(queue_ms), sum(load_ms), sum(prompt_ms), sum(ttft_ms),
        sum(generation_ms), sum(duration_ms), max(vram_after_mb), max(gpu_utilization_percent)
      FROM performance_metrics GROUP BY 2, 3, 4`);
  }
  database.run(`INSERT INTO error_log (fingerprint, hour, level, code, category, message, source, context, correlation_id,
      last_correlation_id, occurrences, created_at, last_seen_at)
    SELECT error_code, substr(created_at, 1, 13), 'error', error_code, 'transient', 'The model process stopped (' || error_code
      || ').', 'tasks/task-service.ts:logEnd', '{}', min(correlation_id), max(correlation_id), count(*), min(created_at),
      max(created_at)
    ${young} AND status = 'failed' GROUP BY 1, 2 ORDER BY 12`);
  insertTelemetry(database, samples(metricsDays, now));
}

function samples(metricsDays: number, now: number): TelemetryRow[] {
  const count = Math.floor((metricsDays * DAY_MS) / SAMPLE_MS);
  return Array.from({ length: count }, (_, n) => ({
    table: "system_metrics",
    row: sampleOf(n, now - (count - n) * SAMPLE_MS),
  }));
}

function sampleOf(n: number, time: number): Extract<TelemetryRow, { table: "system_metrics" }>["row"] {
  return {
    created_at: new Date(time).toISOString(),
    uptime_ms: n * SAMPLE_MS,
    service_rss_bytes: 150_000_000 + (n % 100) * 100_000,
    runners_rss_bytes: 9_000_000_000,
    event_loop_lag_p50_ms: 0.2,
    event_loop_lag_p99_ms: 1.5,
    event_loop_lag_max_ms: 4,
    tasks_running: n % 5,
    tasks_waiting: n % 30,
    tasks_overflow: 0,
    inference_queued: 0,
    inference_active: n % 5,
    runners: '[{"kind":"text","state":"ready","model":"gemma-3-12b-it","crashes":0,"rss_bytes":9000000000}]',
    canvases_live: 12,
    canvases_total: 12,
    canvas_events_dropped: 0,
    telemetry_queued: 0,
    telemetry_dropped: 0,
    disk_free_bytes: 500_000_000_000,
    database_bytes: 1_500_000_000,
    vram_used_mb: 9000 + (n % 200) * 5,
    vram_total_mb: 24_000,
  };
}
