import type { Database } from "bun:sqlite";
import { getTableColumns, getTableName, type Table } from "drizzle-orm";
import { InferenceSums } from "./inference-sums.ts";
import { canvasEvents, errorLog, performanceMetrics, systemMetrics } from "./schema.ts";
import { addToPeaks } from "./system-peaks.ts";
import type { TelemetryRow } from "./telemetry-row.ts";

type Value = string | number | null;
type Row = Readonly<Record<string, Value | undefined>>;

interface TableInsert {
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly fallback: Value }[];
}

/** Equal errors of an hour become one row: the first one's details, the latest one's time. */
const MERGE_ERRORS = `ON CONFLICT (fingerprint, hour) DO UPDATE SET
  occurrences = occurrences + excluded.occurrences,
  last_seen_at = max(last_seen_at, excluded.last_seen_at),
  last_correlation_id = coalesce(excluded.last_correlation_id, last_correlation_id)`;

const INSERTS: Readonly<Record<TelemetryRow["table"], TableInsert>> = {
  canvas_events: insertInto(canvasEvents),
  performance_metrics: insertInto(performanceMetrics),
  error_log: insertInto(errorLog, MERGE_ERRORS),
  system_metrics: insertInto(systemMetrics),
};

/**
 * Writes the rows in one transaction: all of them or, when it throws, none.
 *
 * @throws SQLite's error, for example when the disk is full.
 */
export function insertTelemetry(database: Database, rows: readonly TelemetryRow[]): void {
  database.transaction(() => {
    const sums = new InferenceSums();
    for (const { table, row } of rows) {
      insert(database, INSERTS[table], row);
      if (table === "performance_metrics") sums.add(row);
      if (table === "system_metrics") addToPeaks(database, row);
    }
    sums.write(database);
  })();
}

function insert(database: Database, { sql, columns }: TableInsert, row: Row): void {
  // `query` keeps the prepared statement for the next time.
  database.query<null, Value[]>(sql).run(...columns.map(({ name, fallback }) => row[name] ?? fallback));
}

function insertInto(table: Table, onConflict = ""): TableInsert {
  const columns = Object.values(getTableColumns(table))
    .filter((column) => !column.primary)
    .map((column) => ({
      name: column.name,
      fallback: typeof column.default === "number" ? column.default : null,
    }));
  const names = columns.map(({ name }) => name);
  const places = names.map(() => "?");
  return { sql: `INSERT INTO ${getTableName(table)} (${names}) VALUES (${places}) ${onConflict}`, columns };
}
