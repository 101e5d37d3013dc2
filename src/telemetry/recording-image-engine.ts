import type { DrawOptions, ImageEngine, ImageRequest, ImageResult } from "../inference/image-engine.ts";
import type { InferenceRecorder, ObservedModel } from "./inference-recorder.ts";

/** The same engine, each of its pictures measured. */
export class RecordingImageEngine implements ImageEngine {
  readonly #engine: ImageEngine;
  readonly #model: ObservedModel;
  readonly #recorder: InferenceRecorder;

  constructor(engine: ImageEngine, model: ObservedModel, recorder: InferenceRecorder) {
    this.#engine = engine;
    this.#model = model;
    this.#recorder = recorder;
  }

  draw(request: ImageRequest, options: DrawOptions): Promise<ImageResult> {
    return this.#recorder.measure({
      engine: "image",
      model: this.#model,
      correlationId: options.correlationId,
      run: () => this.#engine.draw(request, options),
      figures: ({ model, metrics }) => ({ model, ...metrics }),
    });
  }
}
