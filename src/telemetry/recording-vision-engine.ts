import type { GenerateOptions, TextResult } from "../inference/text-engine.ts";
import type { VisionEngine, VisionRequest } from "../inference/vision-engine.ts";
import type { InferenceRecorder, ObservedModel } from "./inference-recorder.ts";
import { textFigures } from "./recording-text-engine.ts";

/** The same engine, each of its looks at a picture measured. */
export class RecordingVisionEngine implements VisionEngine {
  readonly #engine: VisionEngine;
  readonly #model: ObservedModel;
  readonly #recorder: InferenceRecorder;

  constructor(engine: VisionEngine, model: ObservedModel, recorder: InferenceRecorder) {
    this.#engine = engine;
    this.#model = model;
    this.#recorder = recorder;
  }

  describe(request: VisionRequest, options: GenerateOptions): Promise<TextResult> {
    return this.#recorder.measure({
      engine: "vision",
      model: this.#model,
      correlationId: options.correlationId,
      run: () => this.#engine.describe(request, options),
      figures: textFigures,
    });
  }
}
