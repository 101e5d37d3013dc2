import type { Database } from "bun:sqlite";
import type { Condition } from "./scan.ts";

/** ISO 8601, UTC, with milliseconds; `to` is excluded. */
export interface TimeRange {
  readonly from?: string;
  readonly to?: string;
}

export interface IdRange {
  readonly above: number;
  readonly below: number;
}

/**
 * The ids of the rows of a time range. Ids are given in the order of time, so the range of ids is found with two looks
 * into the index; `exactly` sorts out what a clock that was set back has mixed up.
 */
export function idRange(
  database: Database,
  table: string,
  { from, to }: TimeRange,
  before?: number,
): IdRange {
  const first = from === undefined ? 1 : firstIdSince(database, table, from);
  const end = to === undefined ? undefined : firstIdSince(database, table, to);
  return {
    above: first - 1,
    below: Math.min(end ?? newestId(database, table) + 1, before ?? Number.MAX_SAFE_INTEGER),
  };
}

/** Conditions that hold the range to the letter; the plus keeps SQLite from choosing the index of the times for them. */
export function exactly({ from, to }: TimeRange, column: string): Condition[] {
  const conditions: Condition[] = [];
  if (from !== undefined) conditions.push({ sql: `+${column} >= ?`, value: from });
  if (to !== undefined) conditions.push({ sql: `+${column} < ?`, value: to });
  return conditions;
}

function firstIdSince(database: Database, table: string, time: string): number {
  const sql = `SELECT id FROM ${table} WHERE created_at >= ? ORDER BY created_at, id LIMIT 1`;
  return database.query<{ id: number }, [string]>(sql).get(time)?.id ?? newestId(database, table) + 1;
}

function newestId(database: Database, table: string): number {
  return database.query<{ id: number | null }, []>(`SELECT max(id) AS id FROM ${table}`).get()?.id ?? 0;
}
