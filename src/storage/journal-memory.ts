import { getTableColumns } from "drizzle-orm";
import { type JournalChanges, LIVE_STATUSES } from "./journal-store.ts";
import { type HistoryInsert, type HistoryRow, processingHistory } from "./schema.ts";

/** Ended prompts that wait for the disk: some hours of a busy service. The oldest are given up first. */
const MAX_ENDED = 5000;

interface Entry {
  readonly row: HistoryRow;
  /** Its last state is not on the disk. */
  readonly unwritten: boolean;
  /** A row that is on the disk in an older, live state: giving it up would have its prompt answered again. */
  readonly onDisk: boolean;
}

/**
 * The journal's live rows, kept beside the database: while it cannot be written the prompts go on with these, and
 * what the disk has missed is written to it later.
 */
export class JournalMemory {
  readonly #live = new Map<string, Entry>();
  /** Ended, and the disk does not have that yet. */
  readonly #ended = new Map<string, Entry>();
  #lost = 0;

  /** Ended prompts whose record was given up because there were too many. */
  get lost(): number {
    return this.#lost;
  }

  get unwritten(): number {
    return this.unwrittenRows().length;
  }

  /** @returns how many of the rows were not known yet. */
  load(rows: readonly HistoryRow[]): number {
    const unknown = rows.filter((row) => !this.#find(row.correlation_id));
    for (const row of unknown) this.#set({ row, unwritten: false, onDisk: true });
    return unknown.length;
  }

  /** A row that the database has taken. */
  taken(row: HistoryInsert): void {
    this.#set({ row: complete(row), unwritten: false, onDisk: true });
  }

  /** Does what the database would: @returns false when the same question of the same note is being answered. */
  begin(row: HistoryInsert): boolean {
    if (this.#find(row.correlation_id)) return true;
    if (this.live().some((other) => isSameQuestion(other, row))) return false;
    this.#set({ row: complete(row), unwritten: true, onDisk: false });
    return true;
  }

  /** @returns the new state of the row, null when it is not known here. */
  change(correlationId: string, changes: JournalChanges): HistoryRow | null {
    const entry = this.#find(correlationId);
    if (!entry) return null;
    const row = complete({ ...entry.row, ...changes });
    this.#set({ ...entry, row });
    return row;
  }

  /** The database has this state of a row. */
  acknowledge(row: HistoryRow): void {
    if (this.#find(row.correlation_id)?.row !== row) return;
    if (isLive(row)) this.#set({ row, unwritten: false, onDisk: true });
    else this.#ended.delete(row.correlation_id);
  }

  /** The database did not take the last change of a row. */
  keep(correlationId: string): void {
    const entry = this.#find(correlationId);
    if (entry) this.#set({ ...entry, unwritten: true });
  }

  /** After damage nothing on the disk can be relied on. */
  keepAll(): void {
    for (const entry of [...this.#live.values(), ...this.#ended.values()])
      this.#set({ ...entry, unwritten: true });
  }

  live(): HistoryRow[] {
    return [...this.#live.values()].map(({ row }) => row);
  }

  /** Ended ones first: a question that was asked again must not meet its earlier row as a live one. */
  unwrittenRows(): HistoryRow[] {
    return [...this.#ended.values(), ...this.#live.values()]
      .filter(({ unwritten }) => unwritten)
      .map(({ row }) => row);
  }

  #find(correlationId: string): Entry | undefined {
    return this.#live.get(correlationId) ?? this.#ended.get(correlationId);
  }

  #set(entry: Entry): void {
    const id = entry.row.correlation_id;
    if (isLive(entry.row)) {
      this.#live.set(id, entry);
      return;
    }
    this.#live.delete(id);
    this.#ended.set(id, entry);
    if (this.#ended.size > MAX_ENDED) this.#giveUpOne();
  }

  #giveUpOne(): void {
    for (const [id, { onDisk }] of this.#ended) {
      if (onDisk) continue;
      this.#ended.delete(id);
      this.#lost += 1;
      return;
    }
  }
}

/** What the database would make of it: absent values are null, or the column's default. */
function complete(row: HistoryInsert): HistoryRow {
  return { ...ABSENT, ...row } as HistoryRow;
}

const ABSENT = Object.fromEntries(
  Object.values(getTableColumns(processingHistory)).map((column) => [column.name, column.default ?? null]),
);

function isLive(row: HistoryRow): boolean {
  return LIVE_STATUSES.some((status) => status === row.status);
}

function isSameQuestion(one: HistoryRow, other: HistoryInsert): boolean {
  return (
    one.canvas_id === other.canvas_id &&
    one.widget_id === other.widget_id &&
    one.content_hash === other.content_hash
  );
}
