import { openDatabase } from "../../../src/storage/database.ts";
import { createJournalStore } from "../../../src/storage/journal-store.ts";
import { insertTelemetry } from "../../../src/storage/telemetry-store.ts";
import { sampleAnswer, samplePrompt, sampleRow } from "./sample-rows.ts";

/** As many rows in one transaction as the service writes at once. */
const BATCH_ROWS = 500;

/** What the same statements take on one connection of the main thread, with nothing between. */
export interface BareTimes {
  /** Ms of each transaction of many rows, for which the main thread stands still. */
  readonly batches: number[];
  /** Ms of each write of the journal. */
  readonly journal: number[];
  readonly rowsPerSecond: number;
  /** Processor time, in µs. */
  readonly cpuPerRow: number;
}

export function measureBareSqlite(file: string, batches: number): BareTimes {
  const { database } = openDatabase(file);
  try {
    const rows = Array.from({ length: BATCH_ROWS * batches }, (_, index) => sampleRow(index));
    const times: number[] = [];
    const cpu = process.cpuUsage();
    for (let from = 0; from < rows.length; from += BATCH_ROWS) {
      const batch = rows.slice(from, from + BATCH_ROWS);
      timed(times, () => insertTelemetry(database, batch));
    }
    const { user, system } = process.cpuUsage(cpu);
    const store = createJournalStore(database);
    const journal: number[] = [];
    for (let index = 0; index < batches; index++) {
      const prompt = samplePrompt(index);
      timed(journal, () => store.begin(prompt));
      timed(journal, () => store.update(prompt.correlation_id, sampleAnswer()));
    }
    return {
      batches: times,
      journal,
      rowsPerSecond: (rows.length * 1000) / times.reduce((sum, ms) => sum + ms, 0),
      cpuPerRow: (user + system) / rows.length,
    };
  } finally {
    database.close();
  }
}

function timed(times: number[], run: () => unknown): void {
  const begun = performance.now();
  run();
  times.push(performance.now() - begun);
}
