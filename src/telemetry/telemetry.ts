import type { CanvasStatus } from "../canvus/canvas-group.ts";
import type { ImageEngine } from "../inference/image-engine.ts";
import type { EngineStatus } from "../inference/local-engine.ts";
import type { TextEngine } from "../inference/text-engine.ts";
import type { VisionEngine } from "../inference/vision-engine.ts";
import { type GpuSnapshot, gpuTotals } from "../observability/gpu-snapshot.ts";
import type { Logger } from "../observability/logger.ts";
import type { StorageStatus } from "../storage/storage.ts";
import type { RecordTelemetry } from "../storage/telemetry-row.ts";
import type { Timers } from "../timers.ts";
import { correlationIdOf } from "../triggers/our-marks.ts";
import { CanvasEventRecorder } from "./canvas-event-recorder.ts";
import type { ErrorRecorder } from "./error-recorder.ts";
import { EventLoopMonitor } from "./event-loop-lag.ts";
import { InferenceRecorder, type ObservedModel } from "./inference-recorder.ts";
import { RecordingImageEngine } from "./recording-image-engine.ts";
import { RecordingTextEngine } from "./recording-text-engine.ts";
import { RecordingVisionEngine } from "./recording-vision-engine.ts";
import { SystemSampler } from "./system-sampler.ts";

/** Something that tells how it is. */
interface Observable {
  status(): EngineStatus;
}

export interface TelemetryOptions {
  readonly storage: { readonly telemetry: { record: RecordTelemetry }; status(): StorageStatus };
  readonly gpus: {
    latest(): readonly GpuSnapshot[];
    sample(maxAgeMs?: number): Promise<readonly GpuSnapshot[]>;
  };
  /** Gets its errors from the log, which is older than the storage. */
  readonly errors: ErrorRecorder;
  readonly databaseFile: string;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** The parts whose state is sampled. */
export interface Observed {
  /** All that are set up here. */
  readonly engines: readonly Observable[];
  readonly tasks: {
    status(): { readonly running: number; readonly waiting: number; readonly overflow: number };
  };
  readonly canvases: { status(): readonly CanvasStatus[] };
}

/** Everything that records beside the journal: what happened on canvases, in models, in errors, in the system. */
export class Telemetry {
  readonly canvasEvents: CanvasEventRecorder;
  readonly #options: TelemetryOptions;
  readonly #recorder: InferenceRecorder;
  readonly #lag = new EventLoopMonitor();
  #sampler: SystemSampler | null = null;

  constructor(options: TelemetryOptions) {
    this.#options = options;
    const { storage, gpus, timers, logger } = options;
    this.#recorder = new InferenceRecorder({
      gpus,
      record: storage.telemetry.record,
      logger,
      now: timers.now,
    });
    this.canvasEvents = new CanvasEventRecorder({
      record: options.storage.telemetry.record,
      correlationOf: ({ title }) => correlationIdOf(title),
      timers: options.timers,
    });
    options.errors.attach(options.storage.telemetry.record);
  }

  /** The same engine, each of its answers measured. */
  recorded(engine: TextEngine & Observable): TextEngine {
    return new RecordingTextEngine(engine, modelOf(engine), this.#recorder);
  }

  /** The same engine, each of its looks at a picture measured. */
  recordedVision(engine: VisionEngine & Observable): VisionEngine {
    return new RecordingVisionEngine(engine, modelOf(engine), this.#recorder);
  }

  /** The same engine, each of its pictures measured. */
  recordedImages(engine: ImageEngine & Observable): ImageEngine {
    return new RecordingImageEngine(engine, modelOf(engine), this.#recorder);
  }

  /** Begins to sample the system. */
  start({ engines, tasks, canvases }: Observed): void {
    const { storage, gpus, databaseFile, timers } = this.#options;
    this.#lag.start();
    this.#sampler = new SystemSampler({
      sources: {
        tasks: () => tasks.status(),
        runners: () => engines.map((engine) => runnerOf(engine.status())),
        canvases: () => canvases.status(),
        telemetry: () => storage.status().telemetry,
        canvasEventsDropped: () => this.canvasEvents.dropped,
        gpu: () => gpuTotals(gpus.latest()),
        eventLoopLag: () => this.#lag.take(),
      },
      databaseFile,
      record: storage.telemetry.record,
      timers,
    });
    this.#sampler.start();
  }

  /** Hands on all that has gathered; to be called before the storage stops. */
  async stop(): Promise<void> {
    await this.canvasEvents.stop();
    await this.#sampler?.stop();
    this.#lag.stop();
    this.#options.errors.detach();
  }
}

function modelOf(engine: Observable): ObservedModel {
  return () => {
    const { name, endpoint, model } = engine.status();
    return { name, endpoint, info: model };
  };
}

function runnerOf({ kind, state, model, crashes, residentBytes, queued, active }: EngineStatus) {
  return {
    kind,
    state,
    model: model?.name ?? null,
    crashes,
    rss_bytes: residentBytes,
    queued,
    active,
  };
}
