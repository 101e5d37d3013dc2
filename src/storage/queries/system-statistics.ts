import type { Database } from "bun:sqlite";
import type { SystemRow } from "../schema.ts";
import type { systemPeaks } from "../sums-schema.ts";
import { beginOf, inSteps, lengthOf, MAX_POINTS, type Span, type Step } from "./periods.ts";

/** The worst of each step: the least of canvases_live and disk_free_bytes, the most of everything else. */
export type SystemPoint = { readonly time: string } & Omit<
  typeof systemPeaks.$inferSelect,
  "step" | "period"
>;

const COLUMNS = `service_rss_bytes, runners_rss_bytes, event_loop_lag_p99_ms, event_loop_lag_max_ms, tasks_running,
  tasks_waiting, inference_queued, inference_active, canvases_live, canvas_events_dropped, telemetry_dropped,
  open_handles, disk_free_bytes, database_bytes, vram_used_mb, vram_total_mb, gpu_utilization_percent`;

/** Some hours of samples; longer spans are asked for by hours. */
const MAX_SAMPLES = 1000;

/** How the service was: each sample, or the worst of each hour or day. */
export function systemSeries(
  database: Database,
  request: Span & { readonly step: Step | "sample" },
): SystemPoint[] {
  if (request.step === "sample") return samples(database, request);
  const { sql, values } = inSteps(request.step, request);
  return database
    .query<SystemPoint, string[]>(
      `SELECT ${beginOf("period", lengthOf(request.step))} AS time, ${COLUMNS} FROM system_peaks
       WHERE ${sql} ORDER BY period LIMIT ${MAX_POINTS}`,
    )
    .all(...values);
}

/** The newest sample; null before the first. */
export function systemLatest(database: Database): SystemRow | null {
  return database.query<SystemRow, []>("SELECT * FROM system_metrics ORDER BY id DESC LIMIT 1").get();
}

function samples(database: Database, { from, to }: Span): SystemPoint[] {
  return database
    .query<SystemPoint, string[]>(
      `SELECT created_at AS time, ${COLUMNS} FROM system_metrics
       WHERE created_at >= ? AND created_at < ? ORDER BY created_at LIMIT ${MAX_SAMPLES}`,
    )
    .all(from, to);
}
