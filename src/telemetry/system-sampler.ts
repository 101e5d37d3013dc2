import { readdir, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { GpuTotals } from "../observability/gpu-snapshot.ts";
import type { SystemInsert } from "../storage/schema.ts";
import type { RecordTelemetry } from "../storage/telemetry-row.ts";
import type { Timers } from "../timers.ts";
import type { EventLoopLag } from "./event-loop-lag.ts";

const INTERVAL_MS = 30_000;
/** Linux lists the open files of a process there. */
const OPEN_FILES = "/proc/self/fd";

interface RunnerSample {
  /** What it computes: text, vision, image. */
  readonly kind: string;
  readonly state: string;
  readonly model: string | null;
  readonly crashes: number;
  readonly rss_bytes: number;
  readonly queued: number;
  readonly active: number;
}

/** Where the figures come from; each is asked at each sample and answers at once. */
export interface SystemSources {
  readonly tasks: () => { readonly running: number; readonly waiting: number; readonly overflow: number };
  readonly runners: () => readonly RunnerSample[];
  readonly canvases: () => readonly { readonly state: string }[];
  readonly telemetry: () => { readonly queued: number; readonly dropped: number };
  readonly canvasEventsDropped: () => number;
  readonly gpu: () => GpuTotals | null;
  readonly eventLoopLag: () => EventLoopLag;
}

export interface SystemSamplerOptions {
  readonly sources: SystemSources;
  readonly databaseFile: string;
  readonly record: RecordTelemetry;
  readonly timers: Timers;
}

/** Records how the service is, at its start, every 30 s and at its end. */
export class SystemSampler {
  readonly #options: SystemSamplerOptions;
  readonly #startedAt: number;
  #cancelTimer: (() => void) | null = null;
  #running = false;

  constructor(options: SystemSamplerOptions) {
    this.#options = options;
    this.#startedAt = options.timers.monotonicNow();
  }

  start(): void {
    this.#running = true;
    void this.#next();
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#cancelTimer?.();
    await this.#sample();
  }

  async #next(): Promise<void> {
    await this.#sample();
    if (!this.#running) return;
    this.#cancelTimer = this.#options.timers.schedule(INTERVAL_MS, () => void this.#next());
  }

  async #sample(): Promise<void> {
    const { databaseFile, record, timers } = this.#options;
    const row = {
      created_at: new Date(timers.now()).toISOString(),
      uptime_ms: Math.round(timers.monotonicNow() - this.#startedAt),
      service_rss_bytes: process.memoryUsage.rss(),
      ...this.#figures(),
      disk_free_bytes: await freeBytes(dirname(databaseFile)),
      database_bytes: await databaseBytes(databaseFile),
      open_handles: await openHandles(),
    };
    record({ table: "system_metrics", row });
  }

  #figures(): Omit<SystemInsert, "created_at" | "uptime_ms" | "service_rss_bytes"> {
    const { sources } = this.#options;
    const tasks = sources.tasks();
    const runners = sources.runners();
    const canvases = sources.canvases();
    const telemetry = sources.telemetry();
    const lag = sources.eventLoopLag();
    const sum = (figure: (runner: RunnerSample) => number) =>
      runners.reduce((total, runner) => total + figure(runner), 0);
    return {
      runners_rss_bytes: sum(({ rss_bytes }) => rss_bytes),
      event_loop_lag_p50_ms: lag.p50,
      event_loop_lag_p99_ms: lag.p99,
      event_loop_lag_max_ms: lag.max,
      tasks_running: tasks.running,
      tasks_waiting: tasks.waiting,
      tasks_overflow: tasks.overflow,
      inference_queued: sum(({ queued }) => queued),
      inference_active: sum(({ active }) => active),
      runners: JSON.stringify(runners),
      canvases_live: canvases.filter(({ state }) => state === "live").length,
      canvases_total: canvases.length,
      canvas_events_dropped: sources.canvasEventsDropped(),
      telemetry_queued: telemetry.queued,
      telemetry_dropped: telemetry.dropped,
      ...sources.gpu(),
    };
  }
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** The database and what waits in its log. */
async function databaseBytes(file: string): Promise<number | null> {
  const size = (path: string) =>
    stat(path).then(
      (info) => info.size,
      () => null,
    );
  const [main, log] = await Promise.all([size(file), size(`${file}-wal`)]);
  return main === null ? null : main + (log ?? 0);
}

/** @returns null where the system does not tell */
async function openHandles(): Promise<number | null> {
  return readdir(OPEN_FILES).then(
    (files) => files.length,
    () => null,
  );
}
