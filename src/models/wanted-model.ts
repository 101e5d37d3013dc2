import { basename, join } from "node:path";
import type { Config } from "../config/schema.ts";
import { AppError } from "../errors/app-error.ts";
import { BUILTIN_DEMO } from "./builtin-demo.ts";
import { CATALOGUE, catalogueModel } from "./catalogue.ts";
import { catalogueSources, type FileSource, nameInUrl, urlSources } from "./file-source.ts";
import { isModelName, modelFile, modelsFolder } from "./model-files.ts";

export type ModelSettings = Pick<
  Config,
  | "LLAMA_MODEL_PATH"
  | "LLAMA_MODEL_URL"
  | "LLAMA_MODELS_DIR"
  | "CANVUSLLM_DATA_DIR"
  | "CANVUSLLM_MODEL_MIRROR"
>;

/** The model that the settings ask for. */
export interface WantedModel {
  /** For people; what `models pull` takes, where that is possible. */
  readonly name: string;
  /** Where its file is, or belongs. Null for the demo model, which is inside the program. */
  readonly path: string | null;
  /** Where its files can be had; empty when nothing says so. */
  readonly sources: readonly FileSource[];
}

/**
 * LLAMA_MODEL_PATH is a file, a name or builtin:demo; without it LLAMA_MODEL_URL names the file. Looks at no file.
 * @throws AppError CONFIG_INVALID, MODEL_UNKNOWN
 */
export function wantedModel(settings: ModelSettings): WantedModel {
  const { LLAMA_MODEL_PATH: given, LLAMA_MODEL_URL: url, CANVUSLLM_MODEL_MIRROR: hub } = settings;
  const folder = modelsFolder(settings);
  if (given === BUILTIN_DEMO) return { name: given, path: null, sources: [] };
  if (given === undefined) {
    if (url === undefined) throw new AppError("CONFIG_INVALID", "LLAMA_MODEL_PATH is not set.");
    const file = nameInUrl(url);
    const path = join(folder, file);
    return { name: basename(file, ".gguf"), path, sources: urlSources(url, path) };
  }
  const isName = isModelName(given);
  const path = isName ? modelFile(folder, given) : given;
  const name = isName ? given : basename(given, ".gguf");
  if (url !== undefined) return { name, path, sources: urlSources(url, path) };
  const known = isName ? catalogueModel(given) : undefined;
  if (known?.kind === "picture") {
    const chat = CATALOGUE.filter(({ kind }) => kind === "chat").map((model) => model.name);
    throw new AppError(
      "CONFIG_INVALID",
      `The model ${given} draws pictures; it cannot answer texts as ${chat.join(", ")} do.`,
    );
  }
  return { name, path, sources: known ? catalogueSources(known, folder, hub) : [] };
}
