import type { AppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import type { OpenReport } from "./database.ts";
import type { TelemetryCounts } from "./telemetry-queue.ts";

interface Counts {
  readonly journal: { readonly unwritten: number; readonly lost: number };
  readonly telemetry: TelemetryCounts;
}

/** What the log says about the life of the database. */
export class StorageLog {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  opened({ healed, backup }: OpenReport): void {
    if (backup)
      this.#logger.info("the database has a new schema; the old one was copied first", {
        source: "storage/storage-log.ts:opened",
        backup,
      });
    if (!healed) return;
    this.#logger.error(
      `the database was damaged (${healed.reason}): the readable rows were saved, the file is set aside`,
      { source: "storage/storage-log.ts:opened", set_aside: healed.setAside, tables: healed.tables },
    );
  }

  telemetryRefused(error: unknown): void {
    this.#logger.warn("the database refused telemetry; those rows are dropped", {
      source: "storage/storage-log.ts:telemetryRefused",
      error,
    });
  }

  outage(error: AppError): void {
    this.#logger.error(
      "the database cannot be used: prompts are answered all the same, what is to be stored waits in memory",
      { source: "storage/storage-log.ts:outage", error },
    );
  }

  stillOut(error: AppError): void {
    this.#logger.warn(`the database cannot be used yet: ${error.message}`, {
      source: "storage/storage-log.ts:stillOut",
      error,
    });
  }

  well(durationMs: number, { journal, telemetry }: Counts): void {
    this.#logger.warn("the database is written again", {
      source: "storage/storage-log.ts:well",
      duration_ms: durationMs,
      prompts_lost: journal.lost,
      telemetry_waiting: telemetry.queued,
      telemetry_dropped: telemetry.dropped,
    });
  }

  foundLate(prompts: number): void {
    this.#logger.warn("prompts of an earlier run were found too late; the next start resumes them", {
      source: "storage/storage-log.ts:foundLate",
      prompts,
    });
  }

  lost(error: unknown, { journal, telemetry }: Counts): void {
    this.#logger.error("stopping although the database cannot be written: what waits in memory is lost", {
      source: "storage/storage-log.ts:lost",
      error,
      prompts: journal.unwritten + journal.lost,
      telemetry_rows: telemetry.queued + telemetry.dropped,
    });
  }
}
