import type { GenerateOptions, TextEngine, TextRequest, TextResult } from "../inference/text-engine.ts";
import type { PerformanceInsert } from "../storage/schema.ts";
import type { InferenceRecorder, ObservedModel } from "./inference-recorder.ts";

/** The same engine, each of its answers measured. */
export class RecordingTextEngine implements TextEngine {
  readonly #engine: TextEngine;
  readonly #model: ObservedModel;
  readonly #recorder: InferenceRecorder;

  constructor(engine: TextEngine, model: ObservedModel, recorder: InferenceRecorder) {
    this.#engine = engine;
    this.#model = model;
    this.#recorder = recorder;
  }

  generate(request: TextRequest, options: GenerateOptions): Promise<TextResult> {
    return this.#recorder.measure({
      engine: "text",
      model: this.#model,
      correlationId: options.correlationId,
      run: () => this.#engine.generate(request, options),
      figures: textFigures,
    });
  }

  countTokens(...args: Parameters<TextEngine["countTokens"]>): Promise<readonly number[]> {
    return this.#engine.countTokens(...args);
  }

  contextSize(): Promise<number> {
    return this.#engine.contextSize();
  }
}

/** What is recorded of an answer in words. */
export function textFigures({
  model,
  stopReason,
  promptTokensCut,
  metrics,
}: TextResult): Partial<PerformanceInsert> {
  return {
    model,
    ...metrics,
    total_tokens: metrics.prompt_tokens + metrics.completion_tokens,
    stop_reason: stopReason,
    prompt_tokens_cut: promptTokensCut,
  };
}
