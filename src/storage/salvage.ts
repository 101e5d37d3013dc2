import type { Database, Statement } from "bun:sqlite";
import { orphanRows } from "./orphan-rows.ts";
import { ReadableRows, type SalvagedRow } from "./readable-rows.ts";
import { classifyFailure } from "./storage-failure.ts";

/** `lost` counts rows at most: a gap cannot tell how many rows were in it. */
interface SalvagedTable {
  readonly salvaged: number;
  readonly lost: number;
}

export type SalvagedTables = Readonly<Record<string, SalvagedTable>>;

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Copies what can be read of each table; `target` has the newest schema and is empty. */
export function salvageRows(source: Database, target: Database): SalvagedTables {
  const known = tableNames(target);
  const found = new Set(tableNames(source));
  const result: Record<string, SalvagedTable> = {};
  for (const table of known) {
    if (found.has(table)) result[table] = salvageTable(source, target, table);
  }
  return result;
}

/** Our tables; those with row numbers first: triggers add up sums from them, which the saved sums then replace. */
export function tableNames(database: Database): string[] {
  const tables = database
    .prepare<{ name: string }, []>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all()
    .map(({ name }) => name);
  const isNumbered = (table: string) => columnsOf(database, table).some(({ name }) => name === "id");
  return [...tables.filter(isNumbered), ...tables.filter((table) => !isNumbered(table))];
}

function salvageTable(source: Database, target: Database, table: string): SalvagedTable {
  const there = columnsOf(source, table).map(({ name }) => name);
  const columns = columnsOf(target, table).filter(({ name }) => there.includes(name));
  const names = columns.map(({ name }) => name);
  const places = `INTO "${table}" (${names.map((name) => `"${name}"`)}) VALUES (${names.map(() => "?")})`;
  const insert = target.prepare<null, SalvagedRow[string][]>(`INSERT OR REPLACE ${places}`);
  const insertMissing = target.prepare<null, SalvagedRow[string][]>(`INSERT OR IGNORE ${places}`);
  const rows = new ReadableRows(source, table, names);
  let salvaged = 0;
  let refused = 0;
  let orphans = 0;
  const isSound = (row: SalvagedRow) => columns.every((column) => fits(row[column.name], column));
  try {
    target.transaction(() => {
      for (const row of rows) {
        if (isSound(row) && inserted(insert, row, names)) salvaged += 1;
        else refused += 1;
      }
      if (rows.unreadable === 0) return;
      for (const row of orphanRows(source, table, there)) {
        if (isSound(row) && inserted(insertMissing, row, names)) orphans += 1;
      }
    })();
  } finally {
    rows.close();
    insert.finalize();
    insertMissing.finalize();
  }
  return { salvaged: salvaged + orphans, lost: Math.max(0, rows.unreadable + refused - orphans) };
}

/** Damage can make one value look like another; a row with a number for a text is none of ours. */
function fits(value: SalvagedRow[string] | undefined, { type }: Column): boolean {
  if (value === null) return true;
  if (type === "TEXT") return typeof value === "string";
  return type === "INTEGER" || type === "REAL"
    ? typeof value === "number" || typeof value === "bigint"
    : true;
}

/** @returns false when the row breaks a rule of the schema: it was damaged in a way that can still be read. */
function inserted(
  insert: Statement<null, SalvagedRow[string][]>,
  row: SalvagedRow,
  names: readonly string[],
): boolean {
  try {
    return insert.run(...names.map((name) => row[name] ?? null)).changes > 0;
  } catch (error) {
    if (classifyFailure(error) !== "refused") throw error;
    return false;
  }
}

function columnsOf(database: Database, table: string): Column[] {
  return database
    .prepare<{ name: string; type: string }, [string]>("SELECT name, type FROM pragma_table_info(?)")
    .all(table)
    .map(({ name, type }) => ({ name, type: type.toUpperCase() }));
}
