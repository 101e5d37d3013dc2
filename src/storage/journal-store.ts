import type { Database } from "bun:sqlite";
import { and, asc, eq, inArray, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { type HistoryInsert, type HistoryRow, processingHistory } from "./schema.ts";

export type JournalChanges = Partial<Omit<HistoryInsert, "id" | "correlation_id" | "created_at">>;

export const LIVE_STATUSES = ["pending", "running"] as const;

/** The journal's statements, synchronous: they run in the storage worker. `ping` proves that the file answers. */
export interface JournalStore {
  begin(row: HistoryInsert): boolean;
  update(correlationId: string, changes: JournalChanges): void;
  live(): HistoryRow[];
  replay(rows: readonly HistoryInsert[]): void;
  ping(): void;
}

export function createJournalStore(database: Database): JournalStore {
  const orm = drizzle(database);
  const isLive = inArray(processingHistory.status, [...LIVE_STATUSES]);
  return {
    /**
     * May be repeated when its answer was lost.
     * @returns false when the same question of the same note is already being answered.
     */
    begin(row) {
      const inserted = orm.insert(processingHistory).values(row).onConflictDoNothing().returning({
        id: processingHistory.id,
      });
      if (inserted.all().length === 1) return true;
      const own = orm
        .select({ id: processingHistory.id })
        .from(processingHistory)
        .where(eq(processingHistory.correlation_id, row.correlation_id));
      return own.all().length === 1;
    },

    update(correlationId, changes) {
      orm
        .update(processingHistory)
        .set(changes)
        .where(eq(processingHistory.correlation_id, correlationId))
        .run();
    },

    live() {
      return orm.select().from(processingHistory).where(isLive).orderBy(asc(processingHistory.id)).all();
    },

    /** Writes whole rows, whether they are there or not: what was kept in memory while the disk refused it. */
    replay(rows) {
      database.transaction(() => {
        // Also with nothing to write: it proves that the disk takes a write again.
        const schema = database.query<{ user_version: number }, []>("PRAGMA user_version").get();
        database.run(`PRAGMA user_version = ${schema?.user_version ?? 0}`);
        for (const { id: _, ...row } of rows) {
          // The same question may have been begun while an older row of it could not be read.
          const twin = and(
            isLive,
            eq(processingHistory.canvas_id, row.canvas_id),
            eq(processingHistory.widget_id, row.widget_id),
            eq(processingHistory.content_hash, row.content_hash),
            ne(processingHistory.correlation_id, row.correlation_id),
          );
          orm.update(processingHistory).set({ status: "cancelled" }).where(twin).run();
          const target = processingHistory.correlation_id;
          orm.insert(processingHistory).values(row).onConflictDoUpdate({ target, set: row }).run();
        }
      })();
    },

    ping() {
      database.query("SELECT 1").get();
    },
  };
}
