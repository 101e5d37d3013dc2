import type { Database } from "bun:sqlite";
import type { HistoryRow } from "../schema.ts";
import { boundedLimit, type Condition, type Page, type Scan, scanNewestFirst } from "./scan.ts";
import { searchExpression } from "./search-text.ts";
import { exactly, idRange, type TimeRange } from "./time-range.ts";

export interface HistoryFilter extends TimeRange {
  readonly canvasId?: string;
  readonly operation?: string;
  readonly status?: string;
  readonly model?: string;
  /** Words that must stand in the prompt or the response. */
  readonly text?: string;
}

export interface HistoryRequest extends HistoryFilter {
  /** `next` of the page before. */
  readonly before?: number;
  readonly limit?: number;
}

/** A row of a list: the texts are cut to PREVIEW_LENGTH characters. */
export type HistoryItem = Omit<
  HistoryRow,
  "content_hash" | "stage" | "started_at" | "answered_at" | "prompt_ms" | "generation_ms"
>;

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const MAX_EXPORT = 250;
const PREVIEW_LENGTH = 300;

const ITEM_COLUMNS = `h.id, h.correlation_id, h.canvas_id, h.widget_id, h.response_widget_id, h.operation_type,
  substr(h.prompt, 1, ${PREVIEW_LENGTH}) AS prompt, substr(h.response, 1, ${PREVIEW_LENGTH}) AS response, h.model,
  h.prompt_tokens, h.completion_tokens, h.duration_ms, h.queue_ms, h.load_ms, h.ttft_ms, h.status, h.attempts,
  h.error_code, h.error_message, h.created_at, h.completed_at`;

/** Columns with an index, with the one first that is likely to leave the fewest rows: nearly all prompts succeed. */
const FILTERS = [
  ["model", "model"],
  ["canvasId", "canvas_id"],
  ["operation", "operation_type"],
  ["status", "status"],
] as const;
const INDEXES = {
  model: "processing_history_model",
  canvas_id: "processing_history_canvas",
  status: "processing_history_status",
  operation_type: "processing_history_operation",
} as const;

/** One page of the history as a list, newest first. */
export function historyPage(database: Database, request: HistoryRequest): Page<HistoryItem> {
  return readHistory(database, request, ITEM_COLUMNS, boundedLimit(request.limit, DEFAULT_LIMIT, MAX_LIMIT));
}

/** One page of whole rows, for exports. */
export function historyExport(database: Database, request: HistoryRequest): Page<HistoryRow> {
  return readHistory(database, request, "h.*", boundedLimit(request.limit, MAX_EXPORT, MAX_EXPORT));
}

function readHistory<Row extends { readonly id: number }>(
  database: Database,
  request: HistoryRequest,
  columns: string,
  limit: number,
): Page<Row> {
  const scan = historyScan(database, request, columns, limit);
  return scan === null ? { rows: [], next: null } : scanNewestFirst<Row>(database, scan);
}

/** @returns null when the text holds no word to look for */
export function historyScan(
  database: Database,
  request: HistoryRequest,
  columns: string,
  limit: number,
): Scan | null {
  const conditions: Condition[] = [];
  for (const [key, column] of FILTERS) {
    const value = request[key];
    if (value !== undefined) conditions.push({ sql: `h.${column} = ?`, value });
  }
  conditions.push(...exactly(request, "h.created_at"));
  const range = idRange(database, "processing_history", request, request.before);
  if (request.text === undefined) {
    const from = `processing_history AS h ${indexHint(request)}`;
    return { columns, from, id: "h.id", conditions, ...range, limit };
  }
  const expression = searchExpression(request.text);
  if (expression === null) return null;
  const words = { sql: "t.processing_history_text MATCH ?", value: expression };
  // The cross join fixes the order: the index of words gives the ids, newest first, without sorting.
  const from = "processing_history_text AS t CROSS JOIN processing_history AS h ON h.id = t.rowid";
  return { columns, from, id: "t.rowid", conditions: [words, ...conditions], ...range, limit };
}

/** SQLite cannot know that nearly all prompts succeed; left alone it may take the wrong index. */
function indexHint(request: HistoryRequest): string {
  if (request.status !== undefined && request.status !== "succeeded") return `INDEXED BY ${INDEXES.status}`;
  const first = FILTERS.find(([key]) => request[key] !== undefined);
  return first === undefined ? "NOT INDEXED" : `INDEXED BY ${INDEXES[first[1]]}`;
}
