import type { Config } from "../config/schema.ts";
import { type WantedModel, wantedModel } from "../models/wanted-model.ts";

/**
 * The model that the settings ask for. @returns null when that is not set or one of the settings it takes is wrong
 * @throws AppError CONFIG_INVALID
 */
export function configuredModel(settings: Partial<Config>): WantedModel | null {
  const { CANVUSLLM_DATA_DIR, CANVUSLLM_MODEL_MIRROR } = settings;
  const { LLAMA_MODEL_PATH, LLAMA_MODEL_URL, LLAMA_MODELS_DIR } = settings;
  if (LLAMA_MODEL_PATH === undefined && LLAMA_MODEL_URL === undefined) return null;
  if (CANVUSLLM_DATA_DIR === undefined || CANVUSLLM_MODEL_MIRROR === undefined) return null;
  return wantedModel({
    ...{ LLAMA_MODEL_PATH, LLAMA_MODEL_URL, LLAMA_MODELS_DIR },
    ...{ CANVUSLLM_DATA_DIR, CANVUSLLM_MODEL_MIRROR },
  });
}
