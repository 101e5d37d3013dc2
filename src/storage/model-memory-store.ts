import type { Database } from "bun:sqlite";
import type { ModelMemoryRow } from "./schema.ts";

/** More combinations than any installation tries; the least recently used ones make room. */
const MAX_ENTRIES = 200;

const COLUMNS = "model, context_size, device, build, measured_bytes, load_ms, last_used_at";

export type ModelMemoryKey = Pick<ModelMemoryRow, "model" | "context_size" | "device" | "build">;

/** What loaded models were measured to take. Synchronous: it runs in the storage worker. */
export interface ModelMemoryStore {
  recall(key: ModelMemoryKey): ModelMemoryRow | null;
  /** Takes the place of an earlier measurement of the same model, context size, device and build. */
  remember(entry: ModelMemoryRow): void;
}

export function createModelMemoryStore(database: Database): ModelMemoryStore {
  return {
    recall({ model, context_size, device, build }) {
      return database
        .query<ModelMemoryRow, [string, number, string, string]>(
          `SELECT ${COLUMNS} FROM model_memory WHERE model = ? AND context_size = ? AND device = ? AND build = ?`,
        )
        .get(model, context_size, device, build);
    },

    remember(entry) {
      database.transaction(() => {
        database
          .query<null, [string, number, string, string, number, number, string]>(
            `INSERT OR REPLACE INTO model_memory (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
          )
          .run(
            entry.model,
            entry.context_size,
            entry.device,
            entry.build,
            entry.measured_bytes,
            entry.load_ms,
            entry.last_used_at,
          );
        database
          .query<null, [number]>(
            "DELETE FROM model_memory WHERE rowid IN (SELECT rowid FROM model_memory ORDER BY last_used_at DESC LIMIT -1 OFFSET ?)",
          )
          .run(MAX_ENTRIES);
      })();
    },
  };
}
