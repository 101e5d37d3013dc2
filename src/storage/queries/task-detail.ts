import type { Database } from "bun:sqlite";
import type { CanvasEventRow, ErrorRow, HistoryRow, PerformanceRow } from "../schema.ts";

/** Everything that is known of one prompt. What lives shorter than the history may be gone already. */
export interface TaskDetail {
  readonly task: HistoryRow;
  readonly inferences: PerformanceRow[];
  readonly errors: ErrorRow[];
  /** Of the note that asked and of the answer, while the prompt was worked on; oldest first. */
  readonly events: CanvasEventRow[];
}

const MAX_ROWS = 200;

/** @returns null when there is no such prompt */
export function taskDetail(
  database: Database,
  { correlationId }: { readonly correlationId: string },
): TaskDetail | null {
  const task = database
    .query<HistoryRow, [string]>("SELECT * FROM processing_history WHERE correlation_id = ?")
    .get(correlationId);
  if (task === null) return null;
  const inferences = database.query<PerformanceRow, [string]>(
    `SELECT * FROM performance_metrics WHERE correlation_id = ? ORDER BY id LIMIT ${MAX_ROWS}`,
  );
  const errors = database.query<ErrorRow, [string]>(
    `SELECT * FROM error_log WHERE correlation_id = ?1 OR last_correlation_id = ?1 ORDER BY id LIMIT ${MAX_ROWS}`,
  );
  return {
    task,
    inferences: inferences.all(correlationId),
    errors: errors.all(correlationId),
    events: eventsOf(database, task),
  };
}

function eventsOf(database: Database, task: HistoryRow): CanvasEventRow[] {
  return database
    .query<CanvasEventRow, (string | null)[]>(
      `SELECT * FROM canvas_events WHERE correlation_id = ?
       UNION
       SELECT * FROM canvas_events
       WHERE canvas_id = ? AND widget_id = ? AND +created_at >= ? AND +created_at <= coalesce(?, '9999')
       ORDER BY id LIMIT ${MAX_ROWS}`,
    )
    .all(task.correlation_id, task.canvas_id, task.widget_id, task.created_at, task.completed_at);
}
