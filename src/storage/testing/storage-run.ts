import { join } from "node:path";
import type { LogFields, Logger } from "../../observability/logger.ts";
import { Storage } from "../storage.ts";
import { StepTimers } from "./step-timers.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export interface LoggedEntry {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A storage with real workers on a real folder, a clock that tests step, and its log. */
export class StorageRun {
  readonly storage: Storage;
  readonly timers = new StepTimers();
  readonly log: LoggedEntry[] = [];
  readonly #watchers: { readonly text: string; readonly resolve: (entry: LoggedEntry) => void }[] = [];

  constructor(folder: string, workers: { readonly writer?: URL } = {}) {
    this.storage = new Storage({
      file: join(folder, "data.db"),
      workers: {
        writer: workers.writer ?? new URL("../worker.ts", import.meta.url),
        queries: new URL("../query-worker.ts", import.meta.url),
      },
      retention: { historyMs: 30 * DAY_MS, metricsMs: 7 * DAY_MS },
      warnBytes: 500_000_000,
      timers: this.timers,
      logger: this.logger,
    });
  }

  recordEvent(widgetId: string): void {
    this.storage.telemetry.record({
      table: "canvas_events",
      row: {
        canvas_id: "canvas",
        widget_id: widgetId,
        widget_type: "Note",
        operation_type: "updated",
        created_at: "2026-01-01T00:00:00.000Z",
      },
    });
  }

  /** Resolves when an entry with this text is written, or was already. */
  logged(text: string): Promise<LoggedEntry> {
    const found = this.log.find(({ message }) => message.includes(text));
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => this.#watchers.push({ text, resolve }));
  }

  messages(level: string): string[] {
    return this.log.filter((entry) => entry.level === level).map(({ message }) => message);
  }

  async stop(): Promise<void> {
    await this.storage.stop();
  }

  get logger(): Logger {
    const write = (level: string) => (message: string, fields?: LogFields) => {
      const entry = { level, message, fields };
      this.log.push(entry);
      for (const { text, resolve } of this.#watchers) if (message.includes(text)) resolve(entry);
    };
    const logger: Logger = {
      debug: write("debug"),
      info: write("info"),
      warn: write("warn"),
      error: write("error"),
      child: () => logger,
      conceal: () => undefined,
    };
    return logger;
  }
}
