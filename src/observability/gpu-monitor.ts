import { AppError } from "../errors/app-error.ts";
import {
  type GpuReading,
  type GpuResult,
  type GpuSnapshot,
  type GpuSource,
  gpuTotals,
} from "./gpu-snapshot.ts";
import { afterResult, dueSource, nextAttempt, UNTRIED_SOURCES } from "./gpu-sources.ts";
import { type GpuStatus, judgeGpus } from "./gpu-status.ts";
import type { Logger } from "./logger.ts";

/** How often GPUs are read when nobody asks; also how soon a loss is seen. nvidia-smi costs a process each time. */
const PERIOD_MS: Readonly<Record<GpuSource, number>> = { nvml: 10_000, "nvidia-smi": 30_000 };
/** A reading this young answers a request for a fresh one. */
const FRESH_MS: Readonly<Record<GpuSource, number>> = { nvml: 50, "nvidia-smi": 5000 };
/** Whoever asks for a fresh reading gets the latest when it takes longer than that. */
const SAMPLE_WAIT_MS = 1000;
/** A driver without persistence mode may take some seconds to wake up a GPU; nvidia-smi is given up after 10 s. */
const READ_TIMEOUT_MS = 15_000;

const SILENT: GpuResult = { failure: { kind: "failed", message: "The NVIDIA driver does not answer." } };

/** What reads GPUs, somewhere else than on the main thread. */
export interface GpuProbe {
  /** Never rejects. Called again only after it has settled. */
  read(source: GpuSource): Promise<GpuResult>;
  /** Lets go of the driver; the next read begins afresh. */
  close(): void;
}

export interface GpuMonitorOptions {
  readonly probe: GpuProbe;
  readonly timers: {
    monotonicNow(): number;
    schedule(delayMs: number, run: () => void): () => void;
  };
  readonly logger: Logger;
}

/**
 * Knows the figures of this machine's NVIDIA GPUs. Where there is none it costs one attempt every ten minutes and
 * says nothing; a driver or GPU that goes away is reported once, and looked for with growing delays until it is back.
 */
export class GpuMonitor {
  readonly #probe: GpuProbe;
  readonly #timers: GpuMonitorOptions["timers"];
  readonly #logger: Logger;
  #sources = UNTRIED_SOURCES;
  #reading: GpuReading | null = null;
  #readAt = 0;
  #seen = false;
  #readings = 0;
  #failures = 0;
  #reported: GpuStatus["state"] = "starting";
  /** A call of the probe that has not settled; a driver that hangs keeps it here for as long. */
  #pending: Promise<void> | null = null;
  #look: Promise<void> | null = null;
  #cancelTimer = () => {};
  #running = false;

  constructor({ probe, timers, logger }: GpuMonitorOptions) {
    this.#probe = probe;
    this.#timers = timers;
    this.#logger = logger;
  }

  /** Begins to look; nothing waits for it. */
  start(): void {
    this.#running = true;
    void this.#lookNow();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancelTimer();
    this.#probe.close();
  }

  /** The GPUs as they were last read; empty when there are none to read. */
  latest(): readonly GpuSnapshot[] {
    return this.#reading?.gpus ?? [];
  }

  /**
   * The GPUs as they are now; the latest known when a slow driver takes longer than a second. Empty, and at once, where
   * there are none to read. Never rejects. Those who ask at the same time share one reading.
   * @param maxAgeMs a reading this old will do
   */
  async sample(maxAgeMs = 0): Promise<readonly GpuSnapshot[]> {
    const reading = this.#reading;
    const looking = this.#look !== null && this.#readings + this.#failures === 0;
    if (!this.#running || (reading === null && !looking)) return [];
    if (reading !== null && this.#age() <= Math.max(maxAgeMs, FRESH_MS[reading.source])) return reading.gpus;
    const waitedLongEnough = Promise.withResolvers<void>();
    const cancel = this.#timers.schedule(SAMPLE_WAIT_MS, waitedLongEnough.resolve);
    await Promise.race([this.#lookNow(), waitedLongEnough.promise]);
    cancel();
    return this.latest();
  }

  status(): GpuStatus {
    return {
      ...judgeGpus(this.#sources, this.#reading, this.#seen),
      source: this.#reading?.source ?? null,
      gpus: this.latest().length,
      readings: this.#readings,
      failures: this.#failures,
    };
  }

  #age(): number {
    return this.#timers.monotonicNow() - this.#readAt;
  }

  #lookNow(): Promise<void> {
    this.#look ??= this.#tryDueSources().finally(() => {
      this.#look = null;
      this.#scheduleNext();
    });
    return this.#look;
  }

  async #tryDueSources(): Promise<void> {
    this.#cancelTimer();
    for (;;) {
      const source = dueSource(this.#sources, this.#timers.monotonicNow());
      if (!this.#running || source === null || this.#pending !== null) break;
      const result = await this.#read(source);
      if (!this.#running) return;
      this.#take(source, result);
      if ("reading" in result) break;
    }
    this.#report();
  }

  #read(source: GpuSource): Promise<GpuResult> {
    const { promise, resolve } = Promise.withResolvers<GpuResult>();
    let late = false;
    const cancelTimeout = this.#timers.schedule(READ_TIMEOUT_MS, () => {
      late = true;
      resolve(SILENT);
    });
    this.#pending = this.#probe.read(source).then((result) => {
      this.#pending = null;
      cancelTimeout();
      resolve(result);
      if (late) void this.#lookNow();
    });
    return promise;
  }

  #take(source: GpuSource, result: GpuResult): void {
    const now = this.#timers.monotonicNow();
    this.#sources = afterResult(this.#sources, source, result, now);
    if ("failure" in result) {
      this.#failures++;
      this.#reading = null;
      return;
    }
    this.#readings++;
    this.#seen = true;
    this.#reading = result.reading;
    this.#readAt = now;
  }

  #scheduleNext(): void {
    // A driver that hangs is not asked again before it has answered: that would only be one more call that hangs.
    if (!this.#running || this.#pending !== null) return;
    if (this.#reading === null) this.#probe.close();
    this.#cancelTimer = this.#timers.schedule(this.#nextDelay(), () => void this.#lookNow());
  }

  #nextDelay(): number {
    const now = this.#timers.monotonicNow();
    if (this.#reading === null) return Math.max(0, nextAttempt(this.#sources) - now);
    const period = PERIOD_MS[this.#reading.source];
    // While nvidia-smi stands in, NVML is tried again when its time has come.
    const nvmlDue = this.#sources.nvml.retryAt - now;
    return this.#reading.source === "nvidia-smi" ? Math.min(period, Math.max(0, nvmlDue)) : period;
  }

  #report(): void {
    const { state, message } = judgeGpus(this.#sources, this.#reading, this.#seen);
    if (state === this.#reported) return;
    const before = this.#reported;
    this.#reported = state;
    if (message !== null) {
      const error = new AppError("GPU_UNAVAILABLE", message);
      const what = state === "degraded" ? "GPU figures are incomplete" : "No GPU figures can be read";
      this.#logger.warn(what, { source: "observability/gpu-monitor.ts:report", error });
    } else if (this.#reading !== null) {
      const what = before === "starting" || before === "absent" ? "GPU figures are read" : "The GPU is back";
      this.#logger.info(what, { source: "observability/gpu-monitor.ts:report", ...describe(this.#reading) });
    } else {
      this.#logger.debug("No NVIDIA GPU was found", { source: "observability/gpu-monitor.ts:report" });
    }
  }
}

function describe({ source, gpus, cuda }: GpuReading) {
  return {
    figures_from: source,
    gpus: gpus.map(({ name }) => name),
    driver: gpus[0]?.driver,
    cuda,
    ...gpuTotals(gpus),
  };
}
