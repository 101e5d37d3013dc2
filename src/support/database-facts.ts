import type { Database } from "bun:sqlite";

const RECENT_ERRORS = 500;
const RECENT_FAILURES = 200;
const RECENT_PROMPTS = 500;

type Row = Readonly<Record<string, unknown>>;

/** Counts and sizes, never what people wrote. Works on any schema: a damaged or newer one is just what support gets. */
export function databaseFacts(database: Database): Row {
  const pragma = (name: string) => Object.values(database.query<Row, []>(`PRAGMA ${name}`).get() ?? {})[0];
  const tables = database
    .query<{ name: string }, []>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'",
    )
    .all();
  return {
    schema_version: pragma("user_version"),
    journal_mode: pragma("journal_mode"),
    page_size: pragma("page_size"),
    pages: pragma("page_count"),
    free_pages: pragma("freelist_count"),
    rows: Object.fromEntries(tables.map(({ name }) => [name, count(database, name)])),
    prompts: list(
      database,
      "SELECT status, error_code, count(*) AS prompts, min(created_at) AS first, max(created_at) AS latest FROM processing_history GROUP BY 1, 2 ORDER BY 1, 3 DESC",
    ),
  };
}

export function recentErrors(database: Database): readonly Row[] {
  const rows = list(database, `SELECT * FROM error_log ORDER BY id DESC LIMIT ${RECENT_ERRORS}`);
  // Taken apart, so that whoever cleans the rows sees the fields in it.
  return rows.map((row) => ({ ...row, context: parsed(row.context) }));
}

function parsed(json: unknown): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    return null;
  }
}

/** Prompts that were not answered, without their texts. */
export function recentFailures(database: Database): readonly Row[] {
  return list(
    database,
    `SELECT id, correlation_id, canvas_id, widget_id, operation_type, model, status, stage, attempts, error_code,
       error_message, duration_ms, created_at, completed_at
     FROM processing_history WHERE status IN ('failed', 'cancelled') ORDER BY id DESC LIMIT ${RECENT_FAILURES}`,
  );
}

/** Everything about the latest prompts, texts included. */
export function recentPrompts(database: Database): readonly Row[] {
  return list(database, `SELECT * FROM processing_history ORDER BY id DESC LIMIT ${RECENT_PROMPTS}`);
}

function count(database: Database, table: string): unknown {
  const name = table.replaceAll('"', '""');
  return list(database, `SELECT count(*) AS rows FROM "${name}"`)[0]?.rows;
}

/** What cannot be read says so in its place; the rest of the bundle is worth having. */
function list(database: Database, sql: string): readonly Row[] {
  try {
    return database.query<Row, []>(sql).all();
  } catch (error) {
    return [{ unreadable: error instanceof Error ? error.message : String(error) }];
  }
}
