import type { HistoryRow } from "../storage/schema.ts";
import type { Task } from "./task.ts";

/** The task of a journal row that an earlier run of the service left unfinished. */
export function recoverTask(row: HistoryRow): Task {
  return {
    correlationId: row.correlation_id,
    canvasId: row.canvas_id,
    widgetId: row.widget_id,
    operation: row.operation_type,
    prompt: row.prompt,
    contentHash: row.content_hash,
    createdAt: Date.parse(row.created_at),
    stage: row.stage,
    answerId: row.response_widget_id,
    recovered: true,
    attempts: row.attempts,
  };
}
