import { checkVisionFiles } from "../models/check-vision-files.ts";
import { LateEngine } from "./late-engine.ts";
import { llamaPlans } from "./llama-plans.ts";
import type { EngineStatus, LocalEngine, LocalEngineOptions } from "./local-engine.ts";
import { measuredPlans } from "./model-plans.ts";
import { isNativeWord } from "./native-words.ts";
import type { GenerateOptions, TextResult } from "./text-engine.ts";
import type { VisionEngine, VisionRequest } from "./vision-engine.ts";

/**
 * In tokens. Some models read a picture in one step, of up to 512 tokens; and a picture of a thousand, its question
 * and an answer must have room.
 */
const LEAST = { batch: 512, context: 2048 } as const;
/** The encoder takes about as much again for its computations. */
const ENCODER_SHARE = 2;

export interface LocalVisionEngineOptions extends LocalEngineOptions {
  /** File of the encoder that turns pictures into tokens. */
  readonly mmprojPath: string;
}

/**
 * Looks at pictures with a model on this machine, in a supervised process, one after the other. It is loaded for the
 * first picture.
 */
export class LocalVisionEngine implements VisionEngine {
  readonly #options: LocalVisionEngineOptions;
  readonly #engine: LateEngine;

  constructor(options: LocalVisionEngineOptions) {
    this.#options = options;
    this.#engine = new LateEngine("vision", options, (engine) => this.#look(engine));
  }

  /** Looks at the files. What is wrong with them is logged and in the status; all else works without pictures. */
  start(): Promise<void> {
    return this.#engine.start("Pictures cannot be looked at");
  }

  /** See LocalEngine.stop. */
  stop(drainMs = 0): Promise<void> {
    return this.#engine.stop(drainMs);
  }

  status(): EngineStatus {
    return this.#engine.status();
  }

  async describe(request: VisionRequest, options: GenerateOptions): Promise<TextResult> {
    const { result, waited } = await this.#engine.run({ kind: "vision", ...request }, options);
    return { ...result, metrics: { ...result.metrics, ...waited } };
  }

  /** @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID */
  async #look(engine: LocalEngine): Promise<void> {
    const { modelPath, mmprojPath, isDemo, threads, memory, gpu, logger } = this.#options;
    const { model, encoder } = await checkVisionFiles(modelPath, mmprojPath);
    const companionBytes = encoder.expectedBytes * ENCODER_SHARE;
    const estimated = llamaPlans(model, { contextSize: 0, gpu, sequences: 1, least: LEAST, companionBytes });
    engine.open({
      name: model.name,
      parallel: 1,
      mayBeLogged: isNativeWord,
      plans: await measuredPlans([modelPath, mmprojPath], estimated, memory, logger),
      loadOptions: ({ step: _step, pool: _pool, ...plan }, usedGpu) => {
        return { kind: "vision", ...plan, gpu: usedGpu, modelPath, mmprojPath, isDemo, threads };
      },
    });
  }
}
