import { AppError } from "../errors/app-error.ts";
import { checkModelFile } from "./check-model-file.ts";
import type { GgufFacts } from "./gguf.ts";

/** What picture encoders (mmproj files) say they are. */
const ENCODER = "clip";

export interface VisionFiles {
  readonly model: GgufFacts;
  /** Of the picture encoder. */
  readonly encoder: GgufFacts;
}

/**
 * Looks at the two files of a model that sees, also whether they are not taken for each other.
 * @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID
 */
export async function checkVisionFiles(modelPath: string, mmprojPath: string): Promise<VisionFiles> {
  const model = await checkModelFile(modelPath);
  if (model.architecture === ENCODER)
    throw wrong(modelPath, "is a picture encoder (mmproj), not the model that it belongs to");
  const encoder = await checkModelFile(mmprojPath);
  if (encoder.architecture !== ENCODER)
    throw wrong(mmprojPath, `is no picture encoder (mmproj) but a model of the kind ${encoder.architecture}`);
  return { model, encoder };
}

function wrong(path: string, what: string): AppError {
  return new AppError("MODEL_FILE_INVALID", `The file ${path} ${what}.`, { context: { path } });
}
