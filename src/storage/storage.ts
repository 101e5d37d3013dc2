import { dirname } from "node:path";
import { AppError, toAppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import type { Timers } from "../timers.ts";
import { checkIntegrity } from "./check-integrity.ts";
import { DataDirLock } from "./data-dir-lock.ts";
import { type Awaitable, DurableJournal, type Journal } from "./durable-journal.ts";
import { Maintenance } from "./maintenance.ts";
import type { ModelMemoryStore } from "./model-memory-store.ts";
import { Outage } from "./outage.ts";
import type { Queries } from "./queries/queries.ts";
import { QueryReader } from "./query-reader.ts";
import { requireFreeSpace } from "./require-free-space.ts";
import type { RetentionLimits } from "./retention.ts";
import type { SessionStore } from "./session-store.ts";
import { classifyFailure, toStorageError } from "./storage-failure.ts";
import { StorageLog } from "./storage-log.ts";
import { type TelemetryCounts, TelemetryQueue } from "./telemetry-queue.ts";
import type { TelemetryRow } from "./telemetry-row.ts";
import { WorkerLink } from "./worker-link.ts";
import type { WriterOperations } from "./writer-operations.ts";

export type { Journal } from "./durable-journal.ts";

/** The dashboard's questions; they are read beside the writer and never delay it. */
export type StorageQueries = Awaitable<Queries>;

export interface StorageOptions {
  readonly file: string;
  /** Only a module at the top of src has the same path to the workers when compiled, so it passes their URLs. */
  readonly workers: { readonly writer: URL; readonly queries: URL };
  readonly retention: RetentionLimits;
  /** A larger database is warned about, in bytes. */
  readonly warnBytes: number;
  readonly timers: Timers;
  readonly logger: Logger;
}

export interface StorageStatus {
  /** `logging-only`: prompts are answered, but nothing is stored until the disk takes it. */
  readonly mode: "normal" | "logging-only";
  readonly outage: { readonly reason: string; readonly hint: string; readonly since: number } | null;
  readonly telemetry: TelemetryCounts;
  readonly journal: { readonly unwritten: number; readonly lost: number };
  readonly workerRestarts: number;
  readonly sizeBytes: number | null;
}

/**
 * The main thread's end of the storage: it never waits on the disk itself. When the database cannot be written, the
 * journal goes on in memory and catches up when it can.
 */
export class Storage {
  readonly #options: StorageOptions;
  readonly #log: StorageLog;
  readonly #lock: DataDirLock;
  readonly #journal: DurableJournal;
  readonly #writer: WorkerLink<WriterOperations>;
  readonly #reader: QueryReader;
  readonly #outage: Outage;
  readonly #queue: TelemetryQueue;
  readonly #maintenance: Maintenance;
  #started = false;
  #liveRowsKnown = false;
  #stopped: Promise<void> | undefined;

  constructor(options: StorageOptions) {
    const { file, workers, timers, logger } = options;
    this.#options = options;
    this.#log = new StorageLog(logger);
    this.#lock = new DataDirLock(dirname(file), "canvuslocallm run");
    const opening = () => ({ operation: "open", args: [file, null] }) as const;
    this.#writer = new WorkerLink({ url: workers.writer, opening, logger });
    this.#reader = new QueryReader(file, workers.queries, logger);
    this.#outage = new Outage(
      {
        recover: (damage) => this.#recover(damage),
        onBegin: (reason) => this.#onOutage(reason),
        onChange: (error) => this.#log.stillOut(error),
        onEnd: (durationMs) => this.#onWell(durationMs),
      },
      timers,
    );
    this.#journal = new DurableJournal({
      writer: this.#writer,
      isOut: () => this.#outage.active,
      onFailure: (error) => this.#beginOutage(error),
      throwIfClosed: () => this.#throwIfClosed(),
    });
    this.#queue = new TelemetryQueue({
      // Not repeated when the worker dies: rows written twice would count twice, rows lost are counted as such.
      write: (rows) => this.#writer.call("telemetry", [JSON.stringify(rows)], { repeat: false }),
      onFailure: (error) => this.#onTelemetryFailure(error),
      timers,
    });
    this.#maintenance = new Maintenance({
      tasks: {
        step: () => this.#well("maintain", [timers.now(), options.retention]),
        optimize: () => this.#well("optimize", []),
        checkIntegrity: () => checkIntegrity(file, workers.queries, logger),
        onDamage: (finding) => this.#outage.begin(new AppError("STORAGE_DAMAGED", finding)),
      },
      warnBytes: options.warnBytes,
      timers,
      logger,
    });
  }

  /**
   * Opens the database; a damaged one is healed first. When the disk does not let it be written, that is reported and
   * the journal begins in memory.
   *
   * @throws AppError DATA_DIR_IN_USE, STORAGE_MIGRATION_FAILED, or STORAGE_UNAVAILABLE when the directory is not ours
   * to write.
   */
  async start(): Promise<void> {
    this.#started = true;
    try {
      this.#lock.acquire();
      this.#log.opened(await this.#writer.call("open", [this.#options.file, null]));
      await this.#journal.load();
      this.#liveRowsKnown = true;
      this.#queue.resume();
    } catch (thrown) {
      const error = toStorageError(thrown);
      if (error.code !== "STORAGE_UNAVAILABLE" || isMisconfigured(thrown)) throw error;
      this.#outage.begin(error);
    }
    this.#maintenance.start();
  }

  /** Writes what waits, checkpoints and closes the database. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  get journal(): Journal {
    return this.#journal;
  }

  readonly telemetry = {
    /** Returns at once and never throws; see `status` for what was dropped. */
    record: (row: TelemetryRow): void => this.#queue.record(row),
  };

  /** Sessions of the dashboard. */
  readonly sessions: Awaitable<SessionStore> = {
    loadAccess: () => this.#well("loadAccess", []),
    replaceVerifier: (verifier) => this.#well("replaceVerifier", [verifier]),
    addSession: (session) => this.#well("addSession", [session]),
    renewSessions: (used) => this.#well("renewSessions", [used]),
    removeSessions: (ids) => this.#well("removeSessions", [ids]),
  };

  /** What models were measured to take. */
  readonly modelMemory: Awaitable<ModelMemoryStore> = {
    recall: (...args) => this.#well("recallModelMemory", args),
    remember: (...args) => this.#well("rememberModelMemory", args),
  };

  readonly query: StorageQueries = new Proxy({} as StorageQueries, {
    get:
      (_, name) =>
      (...args: readonly unknown[]) =>
        this.#query(name as keyof Queries, args),
  });

  status(): StorageStatus {
    const outage = this.#outage.state;
    return {
      mode: outage ? "logging-only" : "normal",
      outage: outage && { reason: outage.reason.message, hint: outage.reason.hint, since: outage.since },
      telemetry: this.#queue.counts,
      journal: this.#journal.counts,
      workerRestarts: this.#writer.restarts + this.#reader.restarts,
      sizeBytes: this.#maintenance.sizeBytes,
    };
  }

  /** For what has no place in memory: refused while the database is not well. */
  async #well<Name extends keyof WriterOperations & string>(
    operation: Name,
    args: Parameters<WriterOperations[Name]>,
  ): Promise<ReturnType<WriterOperations[Name]>> {
    this.#throwIfClosed();
    const outage = this.#outage.state;
    if (outage) throw new AppError("STORAGE_UNAVAILABLE", outage.reason.message, { cause: outage.reason });
    try {
      return await this.#writer.call(operation, args);
    } catch (error) {
      this.#beginOutage(error);
      throw error;
    }
  }

  async #query(name: keyof Queries, args: readonly unknown[]): Promise<unknown> {
    this.#throwIfClosed();
    // While it is repaired nobody else may have the file open. From a full disk it can be read.
    const reason = this.#outage.state?.reason;
    if (reason?.code === "STORAGE_DAMAGED") throw reason;
    try {
      return await this.#reader.ask(name, args);
    } catch (error) {
      // Reading may fail where writing does not; only damage concerns both.
      if (classifyFailure(error) === "damaged") this.#beginOutage(error);
      if (classifyFailure(error) !== "refused") await this.#reader.close();
      throw error;
    }
  }

  #beginOutage(thrown: unknown): void {
    if (classifyFailure(thrown) === "refused") throw thrown;
    this.#outage.begin(toAppError(thrown));
  }

  #onTelemetryFailure(error: unknown): void {
    if (classifyFailure(error) !== "refused") this.#outage.begin(toAppError(error));
    else this.#log.telemetryRefused(error);
  }

  #onOutage(error: AppError): void {
    this.#queue.pause();
    this.#log.outage(error);
  }

  async #recover(damage: string | null): Promise<void> {
    await requireFreeSpace(dirname(this.#options.file));
    try {
      this.#lock.acquire();
    } catch (error) {
      throw toStorageError(error);
    }
    if (damage !== null) {
      this.#journal.distrustDisk();
      await this.#reader.close();
    }
    this.#log.opened(await this.#writer.call("open", [this.#options.file, damage]));
    await this.#journal.catchUp();
    if (!this.#liveRowsKnown) await this.#loadLate();
  }

  /** The database could not be read at the start; its canvases have been taken up without its live rows. */
  async #loadLate(): Promise<void> {
    const added = await this.#journal.load();
    this.#liveRowsKnown = true;
    if (added > 0) this.#log.foundLate(added);
  }

  #onWell(durationMs: number): void {
    this.#log.well(durationMs, this.status());
    this.#queue.resume();
  }

  #throwIfClosed(): void {
    if (this.#started && !this.#stopped) return;
    throw new AppError("STORAGE_UNAVAILABLE", "The database is closed.");
  }

  async #stop(): Promise<void> {
    if (!this.#started) return;
    this.#maintenance.stop();
    await this.#outage.stop();
    await this.#reader.close();
    try {
      if (!this.#lock.held && !this.#outage.active) return;
      if (this.#outage.active) await this.#lastTry();
      else await this.#queue.flush();
      if (this.#writer.running) await this.#writer.call("close", []);
    } finally {
      await this.#writer.stop();
      this.#lock.release();
    }
  }

  async #lastTry(): Promise<void> {
    try {
      await this.#recover(null);
    } catch (error) {
      this.#log.lost(error, this.status());
    }
  }
}

/** A directory that is not ours to write stays so until somebody changes it; a full or read-only disk does not. */
function isMisconfigured(thrown: unknown): boolean {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return ["EACCES", "EPERM", "ENOENT", "ENOTDIR", "EEXIST"].some((each) => each === code);
}
