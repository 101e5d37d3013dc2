import type { Database } from "bun:sqlite";
import type { CanvasEventRow } from "../schema.ts";
import { boundedLimit, type Condition, type Page, scanNewestFirst } from "./scan.ts";
import { exactly, idRange, type TimeRange } from "./time-range.ts";

export interface CanvasEventRequest extends TimeRange {
  readonly canvasId?: string;
  readonly widgetId?: string;
  readonly operation?: CanvasEventRow["operation_type"];
  /** `next` of the page before. */
  readonly before?: number;
  readonly limit?: number;
}

const FILTERS = [
  ["canvasId", "canvas_id"],
  ["widgetId", "widget_id"],
  ["operation", "operation_type"],
] as const;

/** One page of what happened on the canvases, newest first. */
export function canvasEventPage(database: Database, request: CanvasEventRequest): Page<CanvasEventRow> {
  const conditions: Condition[] = exactly(request, "created_at");
  for (const [key, column] of FILTERS) {
    const value = request[key];
    if (value !== undefined) conditions.push({ sql: `${column} = ?`, value });
  }
  return scanNewestFirst<CanvasEventRow>(database, {
    columns: "*",
    from: `canvas_events ${indexHint(request)}`,
    id: "id",
    conditions,
    ...idRange(database, "canvas_events", request, request.before),
    limit: boundedLimit(request.limit, 50, 200),
  });
}

/** The index of widgets is in the order of ids only within one widget. */
function indexHint({ canvasId, widgetId }: CanvasEventRequest): string {
  return canvasId !== undefined && widgetId !== undefined ? "INDEXED BY canvas_events_widget" : "NOT INDEXED";
}
