import type { Config } from "../config/schema.ts";
import type { EngineStatus } from "../inference/local-engine.ts";
import { LocalImageEngine } from "../inference/local-image-engine.ts";
import { LocalTextEngine } from "../inference/local-text-engine.ts";
import { LocalVisionEngine } from "../inference/local-vision-engine.ts";
import type { ModelHost } from "../inference/model-host.ts";
import type { ModelMemoryStore } from "../inference/model-memory.ts";
import { SuppliedEngine } from "../inference/supplied-engine.ts";
import type { TextEngine } from "../inference/text-engine.ts";
import type { PreparedModel } from "../models/prepare-model.ts";
import type { VisionModel } from "../models/prepare-vision.ts";
import type { Logger } from "../observability/logger.ts";
import { imageEngineSettings, textEngineSettings, visionEngineSettings } from "./part-settings.ts";

export interface LocalText {
  readonly model: PreparedModel;
  /** Measures the calls of the engine itself, without the time until its model is downloaded. */
  readonly record: (engine: LocalTextEngine) => TextEngine;
  readonly onWaiting: (isWaiting: boolean) => void;
}

interface Common {
  readonly host: ModelHost;
  readonly memory: ModelMemoryStore;
  readonly logger: Logger;
}

/** Makes engines whose models run on this machine, all on one host that shares out its memory. */
export class LocalEngines {
  readonly #config: Config;
  readonly #common: Common;
  #text: SuppliedEngine | null = null;
  #vision: LocalVisionEngine | null = null;
  #images: LocalImageEngine | null = null;

  constructor(config: Config, common: Common) {
    this.#config = config;
    this.#common = common;
  }

  text({ model, record, onWaiting }: LocalText): { readonly engine: TextEngine; status(): EngineStatus } {
    const { path: modelPath, isDemo, supply } = model;
    const settings = { ...textEngineSettings(this.#config), onWaiting };
    const engine = new LocalTextEngine({ ...this.#common, modelPath, isDemo, ...settings });
    const companion = { start: async () => this.#vision?.start() };
    const { logger } = this.#common;
    const supplied = new SuppliedEngine({ engine, companion, supply, onWaiting, logger });
    this.#text = supplied;
    return { engine: supplied.hold(record(engine)), status: () => supplied.status() };
  }

  vision(model: VisionModel): LocalVisionEngine {
    this.#vision = new LocalVisionEngine({
      ...this.#common,
      ...model,
      ...visionEngineSettings(this.#config),
    });
    return this.#vision;
  }

  images(modelPath: string): LocalImageEngine {
    const settings = imageEngineSettings(this.#config);
    this.#images = new LocalImageEngine({ ...this.#common, modelPath, isDemo: false, ...settings });
    return this.#images;
  }

  /** @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID when no text can be written */
  async start(): Promise<void> {
    if (this.#text === null) await this.#vision?.start();
    else await this.#text.start();
    await this.#images?.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#text?.stop(), this.#vision?.stop(), this.#images?.stop()]);
  }
}
