import type { Database, Statement } from "bun:sqlite";

export type SalvagedRow = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

/** Alias of the rowid in what is read; no column of ours has this name. */
const ROWID = "salvage_rowid";
const CHUNK = 1000;
/** A table page of ours holds at most a few hundred rows, so larger steps would only jump over good pages. */
const MAX_STEP = 256;
/** How far to look behind damage when nothing tells where the table ends. */
const BLIND_RANGE = 50_000;
/** One damaged page near the top of a table hides millions of rows; asking for each must end some time. */
const MAX_LOOKUPS = 1_000_000;

/**
 * Reads a table of a damaged database by rowid, around what cannot be read: where a range fails it seeks behind the
 * damage, then asks for each row in the gap by itself, because the rows beside a damaged page are well.
 */
export class ReadableRows {
  /** Rows that could not be read; rowids that were never used may be counted in. */
  unreadable = 0;
  readonly #database: Database;
  readonly #table: string;
  readonly #range: Statement<SalvagedRow, [number]>;
  readonly #single: Statement<SalvagedRow, [number]>;
  readonly #seek: Statement<unknown, [number]>;
  #lookups = 0;

  /** @throws SQLite's error when not even the table's definition can be read. */
  constructor(database: Database, table: string, columns: readonly string[]) {
    this.#database = database;
    this.#table = table;
    const selected = `SELECT rowid AS ${ROWID}, ${columns.map((name) => `"${name}"`)} FROM "${table}"`;
    this.#range = database.prepare(`${selected} WHERE rowid >= ? ORDER BY rowid LIMIT ${CHUNK}`);
    this.#single = database.prepare(`${selected} WHERE rowid = ?`);
    this.#seek = database.prepare(`SELECT 1 FROM "${table}" WHERE rowid >= ? ORDER BY rowid LIMIT 1`);
  }

  *[Symbol.iterator](): Generator<SalvagedRow> {
    const end = this.#end();
    let from = 0;
    for (;;) {
      let count = 0;
      let damaged = false;
      try {
        for (const row of this.#range.iterate(from)) {
          count += 1;
          from = Number(row[ROWID]) + 1;
          yield row;
        }
      } catch {
        damaged = true;
      }
      if (!damaged && count < CHUNK) return;
      if (!damaged) continue;
      const behind = this.#behindDamage(from, end ?? from + BLIND_RANGE);
      yield* this.#oneByOne(from, behind);
      if (behind > (end ?? from + BLIND_RANGE)) return;
      from = behind;
    }
  }

  close(): void {
    for (const statement of [this.#range, this.#single, this.#seek]) statement.finalize();
  }

  /** The first rowid after `from` at which reading works again, or one behind the end. */
  #behindDamage(from: number, end: number): number {
    let step = 1;
    for (let at = from + 1; at <= end; at += step) {
      try {
        this.#seek.get(at);
        return at;
      } catch {
        step = Math.min(step * 2, MAX_STEP);
      }
    }
    return end + 1;
  }

  *#oneByOne(from: number, before: number): Generator<SalvagedRow> {
    for (let rowid = from; rowid < before; rowid++) {
      this.#lookups += 1;
      if (this.#lookups > MAX_LOOKUPS) {
        this.unreadable += before - rowid;
        return;
      }
      const row = this.#lookUp(rowid);
      if (row === undefined) this.unreadable += 1;
      else if (row !== null) yield row;
    }
  }

  #lookUp(rowid: number): SalvagedRow | null | undefined {
    try {
      return this.#single.get(rowid);
    } catch {
      return undefined;
    }
  }

  /** The table's last rowid, as far as that can be found out. */
  #end(): number | null {
    for (const sql of [
      `SELECT max(rowid) AS last FROM "${this.#table}"`,
      `SELECT seq AS last FROM sqlite_sequence WHERE name = '${this.#table}'`,
    ]) {
      try {
        const last = this.#database.prepare<{ last: number | null }, []>(sql).get()?.last;
        if (typeof last === "number") return last;
      } catch {
        // The next source may be readable.
      }
    }
    return null;
  }
}
