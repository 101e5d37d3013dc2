import type { Database } from "bun:sqlite";

/** What there is to filter the history by, each list in the order of the alphabet. */
export interface FilterValues {
  readonly canvases: string[];
  readonly operations: string[];
  readonly models: string[];
}

const MAX_VALUES = 500;

export function filterValues(database: Database): FilterValues {
  return {
    canvases: distinct(database, "canvas_id"),
    operations: distinct(database, "operation_type"),
    models: distinct(database, "model"),
  };
}

/** Jumps through the index from value to value; SELECT DISTINCT would read all of it. */
function distinct(database: Database, column: string): string[] {
  const next = (than: string) => `(SELECT min(${column}) FROM processing_history WHERE ${column} > ${than})`;
  const rows = database
    .query<{ value: string }, [number]>(
      `WITH RECURSIVE found(value) AS (
         SELECT ${next("''")} UNION ALL SELECT ${next("value")} FROM found WHERE value IS NOT NULL LIMIT ?
       ) SELECT value FROM found WHERE value IS NOT NULL`,
    )
    .all(MAX_VALUES);
  return rows.map(({ value }) => value);
}
