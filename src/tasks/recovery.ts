import type { HistoryRow } from "../storage/schema.ts";
import type { Timers } from "../timers.ts";
import type { Task } from "./task.ts";

/** The task of a journal row that an earlier run of the service left unfinished. */
export function recoverTask(row: HistoryRow, timers: Timers): Task {
  const createdAt = Date.parse(row.created_at);
  // Somebody may have set the clock back since.
  const age = Math.max(0, timers.now() - createdAt);
  return {
    correlationId: row.correlation_id,
    canvasId: row.canvas_id,
    widgetId: row.widget_id,
    operation: row.operation_type,
    prompt: row.prompt,
    contentHash: row.content_hash,
    createdAt,
    seenAt: timers.monotonicNow() - age,
    stage: row.stage,
    answerId: row.response_widget_id,
    recovered: true,
    attempts: row.attempts,
  };
}
