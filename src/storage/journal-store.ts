import type { Database } from "bun:sqlite";
import { and, asc, eq, inArray } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { type HistoryInsert, type HistoryRow, processingHistory } from "./schema.ts";

export type JournalChanges = Partial<Omit<HistoryInsert, "id" | "correlation_id" | "created_at">>;

/** The journal's statements, synchronous: they run in the storage worker. `ping` proves that the file answers. */
export interface JournalStore {
  begin(row: HistoryInsert): boolean;
  update(correlationId: string, changes: JournalChanges): void;
  live(): HistoryRow[];
  ping(): void;
}

export function createJournalStore(database: Database): JournalStore {
  const orm = drizzle(database);
  return {
    /** @returns false when the same question of the same note is already being answered. */
    begin(row) {
      const inserted = orm.insert(processingHistory).values(row).onConflictDoNothing().returning({
        id: processingHistory.id,
      });
      return inserted.all().length === 1;
    },

    update(correlationId, changes) {
      orm
        .update(processingHistory)
        .set(changes)
        .where(eq(processingHistory.correlation_id, correlationId))
        .run();
    },

    live() {
      return orm
        .select()
        .from(processingHistory)
        .where(and(inArray(processingHistory.status, ["pending", "running"])))
        .orderBy(asc(processingHistory.id))
        .all();
    },

    ping() {
      database.query("SELECT 1").get();
    },
  };
}
