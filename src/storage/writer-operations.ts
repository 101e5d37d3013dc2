import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { AppError } from "../errors/app-error.ts";
import { type OpenReport, openDatabase } from "./database.ts";
import { createJournalStore, type JournalStore } from "./journal-store.ts";
import { createModelMemoryStore, type ModelMemoryStore } from "./model-memory-store.ts";
import { deleteExpired, type RetentionLimits } from "./retention.ts";
import { createSessionStore, type SessionStore } from "./session-store.ts";
import { classifyFailure } from "./storage-failure.ts";
import type { TelemetryRow } from "./telemetry-row.ts";
import { insertTelemetry } from "./telemetry-store.ts";

/** Rows of each table, and pages, that one step of maintenance removes: together some 10 ms, which a prompt may wait. */
const STEP_ROWS = 200;
const STEP_PAGES = 256;

export interface MaintenanceReport {
  readonly deletedRows: number;
  /** There is more to remove: another step soon is worth while. */
  readonly more: boolean;
  readonly sizeBytes: number;
}

interface Opened {
  readonly database: Database;
  readonly journal: JournalStore;
  readonly modelMemory: ModelMemoryStore;
  readonly sessions: SessionStore;
}

export type WriterOperations = ReturnType<typeof createWriterOperations>;

/** What the storage worker does on request. `open` comes first. */
export function createWriterOperations() {
  let file = "";
  let opened: Opened | undefined;

  const use = (): Opened => {
    if (!opened) throw new AppError("STORAGE_UNAVAILABLE", "The database is not open.");
    return opened;
  };

  return {
    /**
     * Also to open anew after a failure: a connection may not notice that a disk is writable again.
     * @param damage what is known to be wrong with the file.
     */
    open(path: string, damage: string | null): OpenReport {
      opened?.database.close();
      opened = undefined;
      // SQLite lets go of the file when the last prepared statement is collected; Windows cannot move it before that.
      Bun.gc(true);
      file = path;
      const { database, report } = openDatabase(file, { damage });
      opened = {
        database,
        journal: createJournalStore(database),
        modelMemory: createModelMemoryStore(database),
        sessions: createSessionStore(database),
      };
      return report;
    },

    begin: (...args: Parameters<JournalStore["begin"]>) => use().journal.begin(...args),
    update: (...args: Parameters<JournalStore["update"]>) => use().journal.update(...args),
    live: () => use().journal.live(),
    replay: (...args: Parameters<JournalStore["replay"]>) => use().journal.replay(...args),
    ping: () => use().journal.ping(),

    /** @param rows as JSON: writing that costs the main thread a seventh of what copying the objects would. */
    telemetry: (rows: string) => insertTelemetry(use().database, JSON.parse(rows) as readonly TelemetryRow[]),

    recallModelMemory: (...args: Parameters<ModelMemoryStore["recall"]>) => use().modelMemory.recall(...args),
    rememberModelMemory: (...args: Parameters<ModelMemoryStore["remember"]>) =>
      use().modelMemory.remember(...args),

    loadAccess: () => use().sessions.loadAccess(),
    replaceVerifier: (...args: Parameters<SessionStore["replaceVerifier"]>) =>
      use().sessions.replaceVerifier(...args),
    addSession: (...args: Parameters<SessionStore["addSession"]>) => use().sessions.addSession(...args),
    renewSessions: (...args: Parameters<SessionStore["renewSessions"]>) =>
      use().sessions.renewSessions(...args),
    removeSessions: (...args: Parameters<SessionStore["removeSessions"]>) =>
      use().sessions.removeSessions(...args),

    optimize(): void {
      // 0x10002: look at all tables, however long this connection has been open; the analysis itself is bounded.
      use().database.run("PRAGMA analysis_limit = 400");
      use().database.run("PRAGMA optimize = 0x10002");
    },

    maintain(now: number, retention: RetentionLimits): MaintenanceReport {
      const { database } = use();
      const deleted = Object.values(deleteExpired(database, now, retention, STEP_ROWS));
      const freePages = pragmaNumber(database, "freelist_count");
      if (freePages > STEP_PAGES) database.run(`PRAGMA incremental_vacuum(${STEP_PAGES})`);
      return {
        deletedRows: deleted.reduce((sum, count) => sum + count, 0),
        more: deleted.includes(STEP_ROWS) || pragmaNumber(database, "freelist_count") < freePages,
        sizeBytes: statSync(file).size,
      };
    },

    /**
     * Leaving WAL mode merges the log into the file and removes it, so that a stopped service leaves one file behind.
     * (`close` alone would not: SQLite waits with it until the last prepared statement has been garbage collected.)
     */
    close(): void {
      const database = opened?.database;
      opened = undefined;
      if (!database) return;
      try {
        database.run("PRAGMA journal_mode = DELETE");
      } catch (error) {
        // Somebody else is reading (a backup, a shell), or the disk is full: the log stays and is as good.
        if (classifyFailure(error) === "refused") throw error;
      } finally {
        database.close();
      }
    },
  };
}

function pragmaNumber(database: Database, name: string): number {
  const row = database.query<Record<string, number>, []>(`PRAGMA ${name}`).get();
  return row?.[name] ?? 0;
}
