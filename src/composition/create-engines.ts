import type { AbilityParts } from "../abilities/all-abilities.ts";
import { DEMO_STYLE, USUAL_STYLE } from "../abilities/model-style.ts";
import type { Config } from "../config/schema.ts";
import { AppError } from "../errors/app-error.ts";
import { enginesInOrder } from "../inference/engine-order.ts";
import { type Candidate, imageFallback, textFallback, visionFallback } from "../inference/fallback.ts";
import type { ImageEngine } from "../inference/image-engine.ts";
import type { EngineStatus } from "../inference/local-engine.ts";
import { missingImages } from "../inference/missing-engines.ts";
import type { ModelHost } from "../inference/model-host.ts";
import type { ModelMemoryStore } from "../inference/model-memory.ts";
import { imageTarget, ocrTarget, textTarget, visionTarget } from "../inference/remote/targets.ts";
import type { TextEngine } from "../inference/text-engine.ts";
import type { VisionEngine } from "../inference/vision-engine.ts";
import { visionWithoutRepetition, withoutRepetition } from "../inference/without-repetition.ts";
import { fileMeant } from "../models/model-files.ts";
import { prepareModel } from "../models/prepare-model.ts";
import { prepareVision } from "../models/prepare-vision.ts";
import type { Logger } from "../observability/logger.ts";
import { LocalEngines } from "./local-engines.ts";
import { RemoteEngines } from "./remote-engines.ts";

interface Observable {
  status(): EngineStatus;
}

/** One that may be asked, its calls measured. */
interface Asked<Engine> extends Observable {
  readonly engine: Engine;
}

export interface EngineParts {
  readonly config: Config;
  /** Where models on this machine are loaded. */
  readonly host: ModelHost;
  /** What they took before. */
  readonly memory: ModelMemoryStore;
  /** Measures the calls of engines. */
  readonly telemetry: {
    recorded(engine: TextEngine & Observable): TextEngine;
    recordedVision(engine: VisionEngine & Observable): VisionEngine;
    recordedImages(engine: ImageEngine & Observable): ImageEngine;
  };
  /** Follows how far texts are. */
  readonly live: { watched(engine: TextEngine): TextEngine };
  /** Called with true when prompts begin to wait for the model on this machine, with false when they need not. */
  readonly onWaiting: (isWaiting: boolean) => void;
  readonly logger: Logger;
}

/** Who answers, looks and draws in this service. */
export interface ServiceEngines extends Pick<AbilityParts, "text" | "vision" | "handwriting" | "images"> {
  /** All that may be asked. */
  readonly all: readonly Observable[];
  /** True when the built-in demo model answers. */
  readonly isDemo: boolean;
  /** How the engine is that answers notes: of two the first that is usable. */
  status(): EngineStatus;
  /** @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID when no text can be written */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes the engines that the settings want, on this machine and on servers. Who is not asked is not made.
 * @throws AppError CONFIG_INVALID, MODEL_UNKNOWN, STORAGE_UNAVAILABLE
 */
export async function createEngines(parts: EngineParts): Promise<ServiceEngines> {
  const { config, telemetry, logger } = parts;
  const local = new LocalEngines(config, { host: parts.host, memory: parts.memory, logger });
  const remote = await RemoteEngines.create(config, logger);
  const inOrder = <Engine>(here: (() => Asked<Engine>) | null, there: (() => Asked<Engine>) | null) =>
    enginesInOrder(config.CANVUSLLM_ENGINE_ORDER, here, there).map((make) => make());

  const hasModel = (config.LLAMA_MODEL_PATH ?? config.LLAMA_MODEL_URL) !== undefined;
  const model = hasModel ? await prepareModel(config, logger) : null;
  const servers = textTarget(config);
  const recordText = (engine: TextEngine & Observable) =>
    parts.live.watched(telemetry.recorded(withoutRepetition(engine, logger)));
  // Who can be answered by a server need not wait for a model here.
  const onWaiting = (isWaiting: boolean) => isLocal(texts.note[0]) && parts.onWaiting(isWaiting);
  const answering = model && lazy(() => local.text({ model, record: recordText, onWaiting }));
  const textsFor = (purpose: keyof AbilityParts["text"]) =>
    inOrder<TextEngine>(
      answering,
      servers &&
        (() => asked(remote.text({ server: servers.server, model: servers.models[purpose] }), recordText)),
    );
  const texts = { note: textsFor("note"), pdf: textsFor("pdf"), canvas: textsFor("canvas") };
  const answersHere = isLocal(texts.note[0]);
  const isDemo = answersHere && model?.isDemo === true;
  const text = (purpose: keyof AbilityParts["text"]) => {
    const engine = chain(texts[purpose], textFallback, logger);
    if (engine === null) throw new AppError("CONFIG_INVALID", "No model is set up that answers.");
    return { engine, style: isDemo ? DEMO_STYLE : USUAL_STYLE };
  };

  // A demo model that does not answer is not meant to look at pictures either.
  const eyes = await prepareVision(config, model?.isDemo && !answersHere ? null : model);
  const recordVision = (engine: VisionEngine & Observable) =>
    telemetry.recordedVision(visionWithoutRepetition(engine, logger));
  const visionServer = visionTarget(config);
  const visions = inOrder<VisionEngine>(
    eyes && (() => asked(local.vision(eyes), recordVision)),
    visionServer && (() => asked(remote.vision(visionServer), recordVision)),
  );
  const look = chain(visions, visionFallback, logger);
  const looksAsDemo = isLocal(visions[0]) && eyes?.isDemo === true;
  const vision = look && { engine: look, style: looksAsDemo ? DEMO_STYLE : USUAL_STYLE };
  const ocrServer = ocrTarget(config);
  const ocr = ocrServer && asked(remote.ocr(ocrServer), recordVision);

  const { SD_MODEL_PATH: imageModel } = config;
  const recordImages = (engine: ImageEngine & Observable) => telemetry.recordedImages(engine);
  const imageServer = imageTarget(config);
  const drawing = inOrder<ImageEngine>(
    imageModel === undefined ? null : () => asked(local.images(fileMeant(imageModel, config)), recordImages),
    imageServer && (() => asked(remote.images(imageServer), recordImages)),
  );

  const all = [...Object.values(texts).flat(), ...visions, ...(ocr ? [ocr] : []), ...drawing];
  return {
    text: { note: text("note"), pdf: text("pdf"), canvas: text("canvas") },
    vision,
    handwriting: ocr ? { engine: ocr.engine, style: USUAL_STYLE } : vision,
    images: chain(drawing, imageFallback, logger) ?? missingImages,
    all: oneEach(all),
    isDemo,
    status: () => firstUsable(texts.note),
    async start() {
      remote.start();
      await local.start();
    },
    async stop() {
      remote.stop();
      await local.stop();
    },
  };
}

function asked<Engine, Made extends Engine & Observable>(
  engine: Made,
  record: (engine: Made) => Engine,
): Asked<Engine> {
  return { engine: record(engine), status: () => engine.status() };
}

function lazy<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Several purposes may have the same model on the same server. */
function oneEach(engines: readonly Observable[]): readonly Observable[] {
  const keyOf = ({ kind, name, endpoint }: EngineStatus) => [kind, name, endpoint].join(" ");
  return [...new Map(engines.map((engine) => [keyOf(engine.status()), engine])).values()];
}

function isLocal(engine: Observable | undefined): boolean {
  return engine?.status().endpoint === null;
}

function firstUsable(engines: readonly Observable[]): EngineStatus {
  const states = engines.map((engine) => engine.status());
  const first = states.find(({ usable }) => usable) ?? states[0];
  if (first === undefined) throw new AppError("CONFIG_INVALID", "No model is set up that answers.");
  return first;
}

/** @returns null for no engine; of two the second works when the first cannot */
function chain<Engine>(
  [first, second]: readonly Asked<Engine>[],
  fallback: (first: Candidate<Engine>, second: Candidate<Engine>, logger: Logger) => Engine,
  logger: Logger,
): Engine | null {
  if (first === undefined) return null;
  return second === undefined ? first.engine : fallback(first, second, logger);
}
