import { Database } from "bun:sqlite";
import { copyFileSync, statSync } from "node:fs";
import { removeDatabase } from "./data-files.ts";
import type { SalvagedRow } from "./readable-rows.ts";
import { TablePages } from "./table-pages.ts";

/**
 * Every row of a table that stands in the file, also those that nothing leads to any more; those that can be reached
 * are among them.
 *
 * @param columns of the table, in its order
 */
export function* orphanRows(
  source: Database,
  table: string,
  columns: readonly string[],
): Generator<SalvagedRow> {
  const rootPage = source
    .prepare<{ rootpage: number }, [string]>(
      "SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND name = ?",
    )
    .get(table)?.rootpage;
  if (rootPage === undefined) return;
  const merged = `${source.filename}.pages`;
  const hasLog = (statSync(`${source.filename}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  const pages = new TablePages(hasLog ? withoutLog(source.filename, merged) : source.filename);
  try {
    for (const { rowid, values } of pages.rows(rootPage)) {
      // The number of a row is kept apart; in its place among the columns stands nothing.
      const cells = columns.map(
        (name, index) => [name, name === "id" ? rowid : (values[index] ?? null)] as const,
      );
      yield Object.fromEntries(cells);
    }
  } finally {
    pages.close();
    removeDatabase(merged);
  }
}

/** Newer states of pages stand in the log: merged, so that no old state of a row comes back. */
function withoutLog(file: string, copy: string): string {
  removeDatabase(copy);
  copyFileSync(file, copy);
  copyFileSync(`${file}-wal`, `${copy}-wal`);
  const database = new Database(copy, { readwrite: true, create: false });
  try {
    database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.close();
  }
  return copy;
}
