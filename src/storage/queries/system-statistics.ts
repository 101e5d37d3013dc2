import type { Database } from "bun:sqlite";
import type { SystemRow } from "../schema.ts";
import { MAX_POINTS, type Span, type Step, stepOf } from "./hours.ts";

/** The worst of each step, because averages hide what hurts. */
export interface SystemPoint {
  readonly time: string;
  readonly service_rss_bytes: number;
  readonly runners_rss_bytes: number;
  readonly event_loop_lag_p99_ms: number;
  readonly event_loop_lag_max_ms: number;
  readonly tasks_running: number;
  readonly tasks_waiting: number;
  readonly inference_queued: number;
  readonly inference_active: number;
  /** The fewest that were live. */
  readonly canvases_live: number;
  readonly canvas_events_dropped: number;
  readonly telemetry_dropped: number;
  readonly open_handles: number | null;
  /** The least that was free. */
  readonly disk_free_bytes: number | null;
  readonly database_bytes: number | null;
  readonly vram_used_mb: number | null;
  readonly vram_total_mb: number | null;
  readonly gpu_utilization_percent: number | null;
}

const HIGHEST = [
  "service_rss_bytes",
  "runners_rss_bytes",
  "event_loop_lag_p99_ms",
  "event_loop_lag_max_ms",
  "tasks_running",
  "tasks_waiting",
  "inference_queued",
  "inference_active",
  "canvas_events_dropped",
  "telemetry_dropped",
  "open_handles",
  "database_bytes",
  "vram_used_mb",
  "vram_total_mb",
  "gpu_utilization_percent",
];
const LOWEST = ["canvases_live", "disk_free_bytes"];
const COLUMNS = [
  ...HIGHEST.map((name) => `max(${name}) AS ${name}`),
  ...LOWEST.map((name) => `min(${name}) AS ${name}`),
];

export function systemSeries(database: Database, request: Span & { readonly step: Step }): SystemPoint[] {
  return database
    .query<SystemPoint, [string, string]>(
      `SELECT ${stepOf("created_at", request.step)} AS time, ${COLUMNS} FROM system_metrics
       WHERE created_at >= ? AND created_at < ? GROUP BY 1 ORDER BY 1 LIMIT ${MAX_POINTS}`,
    )
    .all(request.from, request.to);
}

/** The newest sample; null before the first. */
export function systemLatest(database: Database): SystemRow | null {
  return database.query<SystemRow, []>("SELECT * FROM system_metrics ORDER BY id DESC LIMIT 1").get();
}
