import type { Database } from "bun:sqlite";

/** More combinations than any installation tries; the least recently used ones make room. */
const MAX_ENTRIES = 200;

interface ModelMemoryKey {
  readonly model: string;
  /** Tokens of each sequence. */
  readonly contextSize: number;
  readonly sequences: number;
  readonly device: string;
  readonly build: string;
}

/** What loaded models were measured to take. Synchronous: it runs in the storage worker. */
export interface ModelMemoryStore {
  /** @returns bytes, or null when it was never loaded like this */
  recall(key: ModelMemoryKey): number | null;
  /** Takes the place of an earlier measurement of the same key. */
  remember(key: ModelMemoryKey, bytes: number): void;
}

export function createModelMemoryStore(
  database: Database,
  now: () => Date = () => new Date(),
): ModelMemoryStore {
  return {
    recall(key) {
      const row = database
        .query<{ measured_bytes: number }, (string | number)[]>(
          `SELECT measured_bytes FROM model_memory
           WHERE model = ? AND context_size = ? AND sequences = ? AND device = ? AND build = ?`,
        )
        .get(...valuesOf(key));
      return row?.measured_bytes ?? null;
    },

    remember(key, bytes) {
      database.transaction(() => {
        database
          .query<null, (string | number)[]>(
            `INSERT OR REPLACE INTO model_memory
             (model, context_size, sequences, device, build, measured_bytes, last_used_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
          )
          .run(...valuesOf(key), bytes, now().toISOString());
        database
          .query<null, [number]>(
            `DELETE FROM model_memory WHERE rowid IN
             (SELECT rowid FROM model_memory ORDER BY last_used_at DESC LIMIT -1 OFFSET ?)`,
          )
          .run(MAX_ENTRIES);
      })();
    },
  };
}

function valuesOf({ model, contextSize, sequences, device, build }: ModelMemoryKey): (string | number)[] {
  return [model, contextSize, sequences, device, build];
}
