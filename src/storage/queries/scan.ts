import type { Database } from "bun:sqlite";

type Value = string | number | null;

export interface Condition {
  /** With one `?` for its value. */
  readonly sql: string;
  readonly value: Value;
}

export interface Scan {
  readonly columns: string;
  /** Table, index hint and joins. */
  readonly from: string;
  readonly id: string;
  readonly conditions: readonly Condition[];
  /** Ids between these two, both excluded. */
  readonly above: number;
  readonly below: number;
  readonly limit: number;
}

export interface Page<Row> {
  readonly rows: Row[];
  /** Where the next page begins (`before` of the next request); null when there are no more rows. */
  readonly next: number | null;
}

/** How long one page may look for rows, in ms. */
const BUDGET_MS = 6;
/** With less time left no further window is begun. */
const LEAST_MS = 0.5;
const FIRST_WINDOW = 1000;
const LEAST_WINDOW = 100;
/** A window is at most so many times larger than the one before: rows are not spread evenly. */
const MAX_GROWTH = 4;

/**
 * Reads a page, newest first by id, in windows of ids. What is common is found in the first window. What is rare would
 * make SQLite walk through a million rows: after the budget the page ends early, perhaps empty, and `next` says from
 * where to go on. So a page never takes long, and asking for the next ones finds everything.
 *
 * @param now a clock in ms, for tests
 */
export function scanNewestFirst<Row extends { readonly id: number }>(
  database: Database,
  scan: Scan,
  now: () => number = () => performance.now(),
): Page<Row> {
  const rows: Row[] = [];
  const deadline = now() + BUDGET_MS;
  let window = FIRST_WINDOW;
  let below = scan.below;
  while (below - scan.above > 1) {
    const above = Math.max(scan.above, below - window - 1);
    const begun = now();
    const wanted = scan.limit + 1 - rows.length;
    rows.push(...readWindow<Row>(database, scan, above, below, wanted));
    if (rows.length > scan.limit) {
      rows.length = scan.limit;
      return { rows, next: rows.at(-1)?.id ?? null };
    }
    below = above + 1;
    const ended = now();
    if (deadline - ended < LEAST_MS) break;
    window = nextWindow(window, ended - begun, deadline - ended);
  }
  return { rows, next: below - scan.above > 1 ? below : null };
}

/** As large as takes half of the time that is left, should its ids cost as much as those of the window before. */
function nextWindow(window: number, tookMs: number, leftMs: number): number {
  const growth = Math.min(MAX_GROWTH, leftMs / 2 / Math.max(tookMs, 0.001));
  return Math.max(LEAST_WINDOW, Math.floor(window * growth));
}

function readWindow<Row>(database: Database, scan: Scan, above: number, below: number, limit: number): Row[] {
  const { columns, from, id, conditions } = scan;
  const where = conditions.map(({ sql }) => ` AND ${sql}`).join("");
  const sql = `SELECT ${columns} FROM ${from} WHERE ${id} > ? AND ${id} < ?${where} ORDER BY ${id} DESC LIMIT ?`;
  const values = conditions.map(({ value }) => value);
  return database.query<Row, Value[]>(sql).all(above, below, ...values, limit);
}

/** Page sizes come from outside. */
export function boundedLimit(limit: number | undefined, fallback: number, max: number): number {
  if (limit === undefined || !Number.isFinite(limit)) return fallback;
  return Math.min(max, Math.max(1, Math.floor(limit)));
}
