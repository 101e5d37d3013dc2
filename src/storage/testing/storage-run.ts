import { join } from "node:path";
import { RecordingLogger } from "../../observability/testing/recording-logger.ts";
import { FakeTimers } from "../../testing/fake-timers.ts";
import { Storage } from "../storage.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A storage with real workers on a real folder, a clock that tests step, and its log. */
export class StorageRun {
  readonly storage: Storage;
  readonly timers = new FakeTimers();
  readonly logger = new RecordingLogger();

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

  async stop(): Promise<void> {
    await this.storage.stop();
  }
}
