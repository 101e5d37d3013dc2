import type { Database } from "bun:sqlite";
import { PERIODS } from "./periods.ts";
import type { SystemInsert } from "./schema.ts";

/** Less is worse. */
const LOWEST = ["canvases_live", "disk_free_bytes"] as const;
/** More is worse, or at least of interest. */
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
] as const;

const MEASURED = [...LOWEST, ...HIGHEST];
const UPSERT = `INSERT INTO system_peaks (step, period, ${MEASURED}) VALUES (?, ?, ${MEASURED.map(() => "?")})
  ON CONFLICT DO UPDATE SET ${[...LOWEST.map((name) => worst("min", name)), ...HIGHEST.map((name) => worst("max", name))]}`;

/** Keeps the worst of the hour and of the day. */
export function addToPeaks(database: Database, row: SystemInsert): void {
  const upsert = database.query<null, (string | number | null)[]>(UPSERT);
  const values = MEASURED.map((name) => row[name] ?? null);
  for (const { step, length } of PERIODS) upsert.run(step, row.created_at.slice(0, length), ...values);
}

/** SQLite's min() and max() of two values are null when one of them is. */
function worst(choose: "min" | "max", name: string): string {
  return `${name} = ${choose}(coalesce(${name}, excluded.${name}), coalesce(excluded.${name}, ${name}))`;
}
