import type { Database } from "bun:sqlite";
import type { ErrorRow } from "../schema.ts";
import { beginOf, lengthOf, MAX_POINTS, type Span, type Step } from "./periods.ts";
import { boundedLimit, type Condition, type Page, scanNewestFirst } from "./scan.ts";
import { exactly, idRange, type TimeRange } from "./time-range.ts";

export interface ErrorRequest extends TimeRange {
  readonly code?: string;
  readonly level?: ErrorRow["level"];
  /** `next` of the page before. */
  readonly before?: number;
  readonly limit?: number;
}

export interface ErrorKind {
  readonly code: string;
  readonly category: ErrorRow["category"];
  readonly occurrences: number;
  readonly first_seen_at: string;
  readonly last_seen_at: string;
  /** The latest of them. */
  readonly message: string;
}

export interface ErrorMessage {
  readonly code: string;
  readonly level: ErrorRow["level"];
  readonly message: string;
  readonly occurrences: number;
  readonly last_seen_at: string;
}

export interface ErrorPoint {
  readonly time: string;
  readonly code: string;
  readonly occurrences: number;
}

const IN_SPAN = "WHERE created_at >= ? AND created_at < ?";

/** One page of errors, newest first; equal ones of an hour are one row. */
export function errorPage(database: Database, request: ErrorRequest): Page<ErrorRow> {
  const conditions: Condition[] = exactly(request, "created_at");
  if (request.code !== undefined) conditions.push({ sql: "code = ?", value: request.code });
  if (request.level !== undefined) conditions.push({ sql: "level = ?", value: request.level });
  const hint = request.code === undefined ? "NOT INDEXED" : "INDEXED BY error_log_code";
  return scanNewestFirst<ErrorRow>(database, {
    columns: "*",
    from: `error_log ${hint}`,
    id: "id",
    conditions,
    ...idRange(database, "error_log", request, request.before),
    limit: boundedLimit(request.limit, 50, 200),
  });
}

/** Frequency by code, most frequent first. */
export function errorKinds(database: Database, span: Span): ErrorKind[] {
  // With max() SQLite takes the other columns from the row that has the maximum.
  return database
    .query<ErrorKind, [string, string]>(
      `SELECT code, category, sum(occurrences) AS occurrences, min(created_at) AS first_seen_at,
         max(last_seen_at) AS last_seen_at, message
       FROM error_log ${IN_SPAN} GROUP BY code ORDER BY 3 DESC LIMIT 100`,
    )
    .all(span.from, span.to);
}

/** The most common messages; those that differ only in numbers and ids count as one. */
export function errorMessages(
  database: Database,
  request: Span & { readonly limit?: number },
): ErrorMessage[] {
  return database
    .query<ErrorMessage, [string, string, number]>(
      `SELECT code, level, message, sum(occurrences) AS occurrences, max(last_seen_at) AS last_seen_at
       FROM error_log ${IN_SPAN} GROUP BY fingerprint ORDER BY 4 DESC LIMIT ?`,
    )
    .all(request.from, request.to, boundedLimit(request.limit, 10, 100));
}

/** Rate over time, by code. */
export function errorSeries(database: Database, request: Span & { readonly step: Step }): ErrorPoint[] {
  return database
    .query<ErrorPoint, [string, string]>(
      `SELECT ${beginOf("created_at", lengthOf(request.step))} AS time, code, sum(occurrences) AS occurrences
       FROM error_log ${IN_SPAN} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ${MAX_POINTS}`,
    )
    .all(request.from, request.to);
}
