import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { checkDiffusionModel } from "../models/check-diffusion-model.ts";
import type { DrawOptions, ImageEngine, ImageRequest, ImageResult } from "./image-engine.ts";
import { imagePlans, pictureBytes } from "./image-plans.ts";
import { LateEngine } from "./late-engine.ts";
import type { EngineStatus, LocalEngine, LocalEngineOptions } from "./local-engine.ts";
import { measuredPlans } from "./model-plans.ts";

export interface LocalImageEngineOptions extends LocalEngineOptions {
  /** The library that draws. */
  readonly libraryPath: string;
  /** Width and height of the usual picture, in pixels. */
  readonly imageSize: number;
  /** How many pictures are drawn at once, each with a copy of the model. */
  readonly maxConcurrent: number;
  /** For one picture, in ms. */
  readonly timeoutMs: number;
}

/**
 * Draws with a model on this machine, in a supervised process. Model and library may come while the service runs: they
 * are looked for until they are there, and loaded for the first picture.
 */
export class LocalImageEngine implements ImageEngine {
  readonly #options: LocalImageEngineOptions;
  readonly #engine: LateEngine;

  constructor(options: LocalImageEngineOptions) {
    this.#options = options;
    this.#engine = new LateEngine("image", options, (engine) => this.#look(engine));
  }

  /** Looks whether everything is there. What is missing is logged: prompts can be answered without pictures too. */
  start(): Promise<void> {
    return this.#engine.start("No pictures can be drawn");
  }

  /** See LocalEngine.stop. */
  stop(drainMs = 0): Promise<void> {
    return this.#engine.stop(drainMs);
  }

  status(): EngineStatus {
    return this.#engine.status();
  }

  async draw(request: ImageRequest, options: DrawOptions): Promise<ImageResult> {
    const { result, waited } = await this.#engine.run({ kind: "image", ...request }, options);
    return { ...result, metrics: { ...result.metrics, ...waited } };
  }

  /** @throws AppError IMAGE_ENGINE_MISSING, MODEL_FILE_INVALID */
  async #look(engine: LocalEngine): Promise<void> {
    const { modelPath, isDemo, threads, memory, logger, ...options } = this.#options;
    const { libraryPath, imageSize, maxConcurrent: parallel, timeoutMs } = options;
    if (!existsSync(libraryPath))
      throw new AppError(
        "IMAGE_ENGINE_MISSING",
        `The library that draws pictures is missing: ${libraryPath}.`,
      );
    const { fileBytes } = await checkDiffusionModel(modelPath);
    const pixels = imageSize ** 2;
    const estimated = imagePlans(fileBytes, { gpu: options.gpu, pixels, parallel });
    engine.open({
      name: basename(modelPath, extname(modelPath)),
      parallel,
      plans: await measuredPlans([modelPath], estimated, memory, logger),
      loadOptions: (plan, gpu) => ({
        kind: "image",
        ...{ modelPath, isDemo, threads, gpu, libraryPath, parallel, timeoutMs },
        weightsInRam: plan.weightsInRam,
        tiled: plan.tiled,
        pictureBytes: pictureBytes(plan, pixels),
      }),
    });
  }
}
