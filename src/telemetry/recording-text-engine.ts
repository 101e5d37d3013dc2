import { toAppError } from "../errors/app-error.ts";
import type { ModelInfo } from "../inference/protocol.ts";
import type { GenerateOptions, TextEngine, TextRequest, TextResult } from "../inference/text-engine.ts";
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

export interface RecordingTextEngineOptions {
  readonly engine: TextEngine;
  /** The model that answers: its name, and what is known of it while it is loaded. */
  readonly model: () => { readonly name: string; readonly info: ModelInfo | null };
  readonly gpus: GpuFigures;
  readonly record: RecordTelemetry;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Call = Pick<PerformanceInsert, "status" | "duration_ms"> & Partial<PerformanceInsert>;

/** Measures every call of an engine, for the log and the database. The answer never waits for that. */
export class RecordingTextEngine implements TextEngine {
  readonly #options: RecordingTextEngineOptions;

  constructor(options: RecordingTextEngineOptions) {
    this.#options = options;
  }

  async generate(request: TextRequest, options: GenerateOptions): Promise<TextResult> {
    const { engine, gpus, model, now } = this.#options;
    const createdAt = new Date(now()).toISOString();
    const begun = performance.now();
    // Not awaited: whoever asked must not wait for a driver. One after the other, the last one's end will do.
    const before = gpus.sample(RECENT_MS);
    // A process that crashes takes what is known of its model with it.
    const asked = model();
    const end = (call: Omit<Call, "duration_ms">) => {
      const common = { correlation_id: options.correlationId, created_at: createdAt };
      void this.#write({ ...common, duration_ms: performance.now() - begun, ...call }, asked, before);
    };
    try {
      const result = await engine.generate(request, options);
      end(succeeded(result));
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

  countTokens(...args: Parameters<TextEngine["countTokens"]>): Promise<readonly number[]> {
    return this.#options.engine.countTokens(...args);
  }

  contextSize(): Promise<number> {
    return this.#options.engine.contextSize();
  }

  async #write(
    call: Call & Pick<PerformanceInsert, "created_at">,
    asked: ReturnType<RecordingTextEngineOptions["model"]>,
    gpusBefore: ReturnType<GpuFigures["sample"]>,
  ): Promise<void> {
    const { model, gpus, record } = this.#options;
    const { name, info: known } = model();
    const info = known ?? asked.info;
    const [before, after] = (await Promise.all([gpusBefore, gpus.sample()])).map(gpuTotals);
    const row: PerformanceInsert = {
      engine: "text",
      model: name,
      model_path: info?.path,
      quantization: info?.quantization,
      context_size: info?.contextSize,
      device: info?.gpu,
      vram_before_mb: before?.vram_used_mb,
      vram_after_mb: after?.vram_used_mb,
      gpu_utilization_percent: after?.gpu_utilization_percent,
      ...call,
    };
    record({ table: "performance_metrics", row });
    this.#log(row, after?.vram_total_mb);
  }

  /** Failures are warnings without the error itself: whoever asked decides what it means and logs it once. */
  #log(row: PerformanceInsert, vramTotal: number | undefined): void {
    const { correlation_id, status, vram_after_mb, error_message, created_at: _, ...figures } = row;
    const fields = {
      source: "telemetry/recording-text-engine.ts:log",
      correlation_id,
      ...rounded(figures),
      ...(vram_after_mb == null ? {} : { vram_used_mb: vram_after_mb, vram_total_mb: vramTotal }),
    };
    if (status === "succeeded") this.#options.logger.info("inference done", fields);
    else if (status === "cancelled") this.#options.logger.info("inference cancelled", fields);
    else this.#options.logger.warn(`inference failed: ${error_message}`, fields);
  }
}

function succeeded({ model, stopReason, promptTokensCut, metrics }: TextResult): Omit<Call, "duration_ms"> {
  return {
    status: "succeeded",
    model,
    ...metrics,
    total_tokens: metrics.prompt_tokens + metrics.completion_tokens,
    stop_reason: stopReason,
    prompt_tokens_cut: promptTokensCut,
  };
}

/** Two decimals are enough for people, and absent figures are left out. */
function rounded(figures: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(figures)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, typeof value === "number" ? Math.round(value * 100) / 100 : value]),
  );
}
