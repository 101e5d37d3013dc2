import type { Config } from "../config/schema.ts";
import { BUILTIN_DEMO, DEMO_ENCODER, unpackDemoModel } from "./builtin-demo.ts";
import { fileMeant, isModelName, modelsFolder, projectorFile } from "./model-files.ts";
import type { PreparedModel } from "./prepare-model.ts";

export interface VisionModel {
  readonly modelPath: string;
  /** The encoder that turns pictures into tokens. */
  readonly mmprojPath: string;
  readonly isDemo: boolean;
}

type VisionSettings = Pick<
  Config,
  "VISION_MODEL_PATH" | "VISION_MMPROJ_PATH" | "CANVUSLLM_DATA_DIR" | "LLAMA_MODELS_DIR"
>;

/**
 * The files of the model that looks at pictures; those of the built-in demo model are unpacked first.
 * @param textModel the model on this machine that answers: where nothing else is said, and it can see, it is the one that looks too
 * @returns null when none is set up
 * @throws AppError STORAGE_UNAVAILABLE when the demo model cannot be unpacked
 */
export async function prepareVision(
  settings: VisionSettings,
  textModel: Pick<PreparedModel, "path" | "projectorPath" | "isDemo"> | null,
): Promise<VisionModel | null> {
  const { VISION_MODEL_PATH: given, VISION_MMPROJ_PATH, CANVUSLLM_DATA_DIR: dataDir } = settings;
  const isDemo = given === undefined ? textModel?.isDemo : given === BUILTIN_DEMO;
  if (isDemo) {
    const modelPath = await unpackDemoModel(dataDir);
    return {
      isDemo,
      modelPath,
      mmprojPath: VISION_MMPROJ_PATH ?? (await unpackDemoModel(dataDir, DEMO_ENCODER)),
    };
  }
  if (given === undefined) {
    const mmprojPath = VISION_MMPROJ_PATH ?? textModel?.projectorPath ?? null;
    if (textModel === null || mmprojPath === null) return null;
    return { isDemo: false, modelPath: textModel.path, mmprojPath };
  }
  const ownProjector = isModelName(given) ? projectorFile(modelsFolder(settings), given) : null;
  const mmprojPath = VISION_MMPROJ_PATH ?? ownProjector;
  return mmprojPath === null ? null : { isDemo: false, modelPath: fileMeant(given, settings), mmprojPath };
}
