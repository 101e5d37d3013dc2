import type { Database } from "bun:sqlite";
import { PERIODS } from "./periods.ts";

/** How long rows are kept, in ms. */
export interface RetentionLimits {
  /** Ended prompts, errors, and the sums per hour. */
  readonly historyMs: number;
  /** Canvas events, inference and system metrics. */
  readonly metricsMs: number;
}

/** How many rows were deleted, by table. */
export type DeletedCounts = Record<string, number>;

interface Expiry {
  readonly table: string;
  readonly column: string;
  readonly kept: keyof RetentionLimits;
  /** How much of an ISO 8601 time the column holds. */
  readonly length: number;
  readonly also: string;
}

const WHOLE_TIME = "2026-01-31T23:59:59.999Z".length;

const EXPIRIES: readonly Expiry[] = [
  // A prompt that is being worked on stays, however old: the journal still needs it.
  byTime("processing_history", "historyMs", "AND status NOT IN ('pending', 'running')"),
  byTime("error_log", "historyMs"),
  byTime("canvas_events", "metricsMs"),
  byTime("performance_metrics", "metricsMs"),
  byTime("system_metrics", "metricsMs"),
  ...["prompt_sums", "latency_sums", "inference_sums", "system_peaks"].flatMap(byPeriod),
];

function byTime(table: string, kept: keyof RetentionLimits, also = ""): Expiry {
  return { table, column: "created_at", kept, length: WHOLE_TIME, also };
}

/** The sums live as long as the history: they are what a chart of it shows. */
function byPeriod(table: string): Expiry[] {
  return PERIODS.map(({ step, length }) => ({
    table,
    column: "period",
    kept: "historyMs",
    length,
    also: `AND step = '${step}'`,
  }));
}

/**
 * Deletes the oldest rows that have outlived their limit, at most `batchSize` of each table, each table in a
 * transaction of its own, so that a journal write never waits long. Call it again while any count is `batchSize` or more.
 *
 * @param now ms since the epoch
 */
export function deleteExpired(
  database: Database,
  now: number,
  limits: RetentionLimits,
  batchSize: number,
): DeletedCounts {
  const counts: DeletedCounts = {};
  for (const { table, column, kept, length, also } of EXPIRIES) {
    const oldest = new Date(now - limits[kept]).toISOString().slice(0, length);
    const expired = `SELECT rowid FROM ${table} WHERE ${column} < ? ${also} ORDER BY ${column} LIMIT ?`;
    const deletion = database.query<null, [string, number]>(
      `DELETE FROM ${table} WHERE rowid IN (${expired}) RETURNING 1`,
    );
    counts[table] = (counts[table] ?? 0) + deletion.all(oldest, batchSize).length;
  }
  return counts;
}
