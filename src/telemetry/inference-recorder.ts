import { toAppError } from "../errors/app-error.ts";
import type { ModelInfo } from "../inference/protocol.ts";
import { type GpuSnapshot, gpuTotals } from "../observability/gpu-snapshot.ts";
import type { Logger } from "../observability/logger.ts";
import type { PerformanceInsert } from "../storage/schema.ts";
import type { RecordTelemetry } from "../storage/telemetry-row.ts";

/** So old may the figures of before an inference be. */
const RECENT_MS = 1000;

/** What is asked about GPUs: how they are now. Never rejects, and is settled at once where there are none. */
export interface GpuFigures {
  sample(maxAgeMs?: number): Promise<readonly GpuSnapshot[]>;
}

export interface InferenceRecorderOptions {
  readonly gpus: GpuFigures;
  readonly record: RecordTelemetry;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The model that computes: its name, where it is, and what is known of it while it is loaded here. */
export type ObservedModel = () => {
  readonly name: string;
  /** Address of the server that has it; null = this machine. */
  readonly endpoint: string | null;
  readonly info: ModelInfo | null;
};

export interface RecordedCall<Result> {
  readonly engine: PerformanceInsert["engine"];
  readonly model: ObservedModel;
  readonly correlationId: string;
  readonly run: () => Promise<Result>;
  /** The figures of a result. */
  readonly figures: (result: Result) => Partial<PerformanceInsert>;
}

type Ended = Pick<PerformanceInsert, "status" | "duration_ms" | "created_at" | "engine"> &
  Partial<PerformanceInsert>;

/** Measures calls of models, for the log and the database. The answer never waits for that. */
export class InferenceRecorder {
  readonly #options: InferenceRecorderOptions;

  constructor(options: InferenceRecorderOptions) {
    this.#options = options;
  }

  async measure<Result>(call: RecordedCall<Result>): Promise<Result> {
    const { gpus, now } = this.#options;
    const { engine, correlationId: correlation_id, model } = call;
    const common = { engine, correlation_id, created_at: new Date(now()).toISOString() };
    const begun = performance.now();
    // Not awaited: whoever asked must not wait for a driver. One after the other, the last one's end will do.
    const before = gpus.sample(RECENT_MS);
    // A process that crashes takes what is known of its model with it.
    const asked = model().info;
    const end = (outcome: Pick<PerformanceInsert, "status"> & Partial<PerformanceInsert>) => {
      const ended = { ...common, duration_ms: performance.now() - begun, ...outcome };
      void this.#write(ended, model, asked, before);
    };
    try {
      const result = await call.run();
      end({ status: "succeeded", ...call.figures(result) });
      return result;
    } catch (thrown) {
      const { code, message } = toAppError(thrown);
      end({
        status: code === "CANCELLED" ? "cancelled" : "failed",
        error_code: code,
        error_message: message,
      });
      throw thrown;
    }
  }

  async #write(
    ended: Ended,
    model: ObservedModel,
    asked: ModelInfo | null,
    gpusBefore: ReturnType<GpuFigures["sample"]>,
  ): Promise<void> {
    const { gpus, record } = this.#options;
    const { name, endpoint, info: known } = model();
    const info = known ?? asked;
    const [before, after] = (await Promise.all([gpusBefore, gpus.sample()])).map(gpuTotals);
    const row: PerformanceInsert = {
      model: name,
      endpoint: endpoint ?? "local",
      model_path: info?.path,
      quantization: info?.quantization || undefined,
      context_size: info?.contextSize || undefined,
      device: info?.gpu,
      vram_before_mb: before?.vram_used_mb,
      vram_after_mb: after?.vram_used_mb,
      gpu_utilization_percent: after?.gpu_utilization_percent,
      ...ended,
    };
    record({ table: "performance_metrics", row });
    this.#log(row, after?.vram_total_mb);
  }

  /** Failures are warnings without the error itself: whoever asked decides what it means and logs it once. */
  #log(row: PerformanceInsert, vramTotal: number | undefined): void {
    const { correlation_id, status, vram_after_mb, error_message, created_at: _, ...figures } = row;
    const fields = {
      source: "telemetry/inference-recorder.ts:log",
      correlation_id,
      ...rounded(figures),
      ...(vram_after_mb == null ? {} : { vram_used_mb: vram_after_mb, vram_total_mb: vramTotal }),
    };
    if (status === "succeeded") this.#options.logger.info("inference done", fields);
    else if (status === "cancelled") this.#options.logger.info("inference cancelled", fields);
    else this.#options.logger.warn(`inference failed: ${error_message}`, fields);
  }
}

/** Two decimals are enough for people, and absent figures are left out. */
function rounded(figures: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, typeof value === "number" ? Math.round(value * 100) / 100 : value]),
  );
}
