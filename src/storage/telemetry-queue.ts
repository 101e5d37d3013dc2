import type { Timers } from "../timers.ts";
import { classifyFailure } from "./storage-failure.ts";
import type { TelemetryRow } from "./telemetry-row.ts";

/** Bounds what one batch costs: about 0.2 ms on the main thread, and 6 ms of the worker, for which a prompt may wait. */
const BATCH_ROWS = 500;
/** Rows gather for so long before they are sent, so that a quiet service writes seldom. */
const GATHER_MS = 200;
/** About 20 MB: what a busy service records in some minutes, for as long as the disk does not take it. */
const MAX_ROWS = 20_000;
/** The oldest are dropped in blocks: one by one each would move the whole queue. */
const DROP_ROWS = 500;

export interface TelemetryCounts {
  readonly queued: number;
  readonly written: number;
  /** Rows that never reached the database: the queue was full, or the database refused them. */
  readonly dropped: number;
}

/**
 * Telemetry on its way to the worker. `record` never waits and never throws; one batch is under way at a time, so the
 * queue grows while the disk is slow and loses its oldest rows when it is full.
 */
export class TelemetryQueue {
  readonly #write: (rows: readonly TelemetryRow[]) => Promise<unknown>;
  readonly #onFailure: (error: unknown) => void;
  readonly #timers: Timers;
  #rows: TelemetryRow[] = [];
  #written = 0;
  #dropped = 0;
  #paused = true;
  #sending: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: {
    readonly write: (rows: readonly TelemetryRow[]) => Promise<unknown>;
    readonly onFailure: (error: unknown) => void;
    readonly timers: Timers;
  }) {
    this.#write = options.write;
    this.#onFailure = options.onFailure;
    this.#timers = options.timers;
  }

  get counts(): TelemetryCounts {
    return { queued: this.#rows.length, written: this.#written, dropped: this.#dropped };
  }

  record(row: TelemetryRow): void {
    this.#rows.push(row);
    this.#bound();
    if (this.#paused || this.#sending || this.#cancelTimer) return;
    this.#cancelTimer = this.#timers.schedule(GATHER_MS, () => this.#send());
  }

  /** Nothing is sent until `resume`; rows are still taken. */
  pause(): void {
    this.#paused = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  resume(): void {
    this.#paused = false;
    if (this.#rows.length > 0) this.#send();
  }

  /** Resolves when everything recorded so far is written, or cannot be. */
  async flush(): Promise<void> {
    while (!this.#paused && (this.#sending || this.#rows.length > 0)) {
      this.#send();
      await this.#sending;
    }
  }

  #send(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#paused || this.#sending || this.#rows.length === 0) return;
    const batch = this.#rows.splice(0, BATCH_ROWS);
    this.#sending = this.#write(batch).then(
      () => this.#onWritten(batch.length),
      (error) => this.#onRefused(batch, error),
    );
  }

  #onWritten(count: number): void {
    this.#sending = undefined;
    this.#written += count;
    if (this.#rows.length >= BATCH_ROWS) this.#send();
    else if (this.#rows.length > 0 && !this.#paused) {
      this.#cancelTimer ??= this.#timers.schedule(GATHER_MS, () => this.#send());
    }
  }

  #onRefused(batch: readonly TelemetryRow[], error: unknown): void {
    this.#sending = undefined;
    // Rows at fault would fail for ever; rows that the disk did not take wait for it, as far as there is room.
    if (classifyFailure(error) === "refused") this.#dropped += batch.length;
    else {
      this.pause();
      this.#rows = [...batch, ...this.#rows];
      this.#bound();
    }
    this.#onFailure(error);
    if (this.#rows.length > 0) this.#send();
  }

  #bound(): void {
    if (this.#rows.length <= MAX_ROWS) return;
    const count = Math.max(DROP_ROWS, this.#rows.length - MAX_ROWS);
    this.#rows.splice(0, count);
    this.#dropped += count;
  }
}
