import type { Database } from "bun:sqlite";

/** How long rows are kept, in ms. */
export interface RetentionLimits {
  /** Ended prompts, errors, and the sums per hour. */
  readonly historyMs: number;
  /** Canvas events, inference and system metrics. */
  readonly metricsMs: number;
}

type ExpiringTable = (typeof TABLES)[number]["table"];

/** How many rows were deleted, by table. */
export type DeletedCounts = Record<ExpiringTable, number>;

const HOUR_LENGTH = "2026-01-31T23".length;

/** A prompt that is being worked on stays, however old: the journal still needs it. */
const TABLES = [
  {
    table: "processing_history",
    column: "created_at",
    kept: "historyMs",
    also: "AND status NOT IN ('pending', 'running')",
  },
  { table: "error_log", column: "created_at", kept: "historyMs", also: "" },
  { table: "prompt_hours", column: "hour", kept: "historyMs", also: "" },
  { table: "latency_hours", column: "hour", kept: "historyMs", also: "" },
  { table: "inference_hours", column: "hour", kept: "historyMs", also: "" },
  { table: "canvas_events", column: "created_at", kept: "metricsMs", also: "" },
  { table: "performance_metrics", column: "created_at", kept: "metricsMs", also: "" },
  { table: "system_metrics", column: "created_at", kept: "metricsMs", also: "" },
] as const;

/**
 * Deletes the oldest rows that have outlived their limit, at most `batchSize` of each table, each table in a
 * transaction of its own, so that a journal write never waits long. Call it again while any count equals `batchSize`.
 *
 * @param now ms since the epoch
 */
export function deleteExpired(
  database: Database,
  now: number,
  limits: RetentionLimits,
  batchSize: number,
): DeletedCounts {
  const counts = Object.fromEntries(TABLES.map(({ table }) => [table, 0])) as DeletedCounts;
  for (const { table, column, kept, also } of TABLES) {
    const oldest = new Date(now - limits[kept]).toISOString();
    const before = column === "hour" ? oldest.slice(0, HOUR_LENGTH) : oldest;
    const expired = `SELECT rowid FROM ${table} WHERE ${column} < ? ${also} ORDER BY ${column} LIMIT ?`;
    const deletion = database.query<null, [string, number]>(
      `DELETE FROM ${table} WHERE rowid IN (${expired}) RETURNING 1`,
    );
    counts[table] = deletion.all(before, batchSize).length;
  }
  return counts;
}
