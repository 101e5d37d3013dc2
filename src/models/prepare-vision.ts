import type { Config } from "../config/schema.ts";
import { BUILTIN_DEMO, DEMO_ENCODER, unpackDemoModel } from "./builtin-demo.ts";

export interface VisionModel {
  readonly modelPath: string;
  /** The encoder that turns pictures into tokens. */
  readonly mmprojPath: string;
  readonly isDemo: boolean;
}

type VisionSettings = Pick<Config, "VISION_MODEL_PATH" | "VISION_MMPROJ_PATH" | "CANVUSLLM_DATA_DIR">;

/**
 * The files of the model that looks at pictures; those of the built-in demo model are unpacked first.
 * @param textModel the model that answers: where nothing else is said, and it can see, it is the one that looks too
 * @returns null when none is set up
 * @throws AppError STORAGE_UNAVAILABLE when the demo model cannot be unpacked
 */
export async function prepareVision(
  { VISION_MODEL_PATH, VISION_MMPROJ_PATH, CANVUSLLM_DATA_DIR: dataDir }: VisionSettings,
  textModel: { readonly path: string; readonly isDemo: boolean },
): Promise<VisionModel | null> {
  const isDemo = VISION_MODEL_PATH === undefined ? textModel.isDemo : VISION_MODEL_PATH === BUILTIN_DEMO;
  if (isDemo) {
    const modelPath = await unpackDemoModel(dataDir);
    return {
      isDemo,
      modelPath,
      mmprojPath: VISION_MMPROJ_PATH ?? (await unpackDemoModel(dataDir, DEMO_ENCODER)),
    };
  }
  if (VISION_MMPROJ_PATH === undefined) return null;
  return { isDemo, modelPath: VISION_MODEL_PATH ?? textModel.path, mmprojPath: VISION_MMPROJ_PATH };
}
