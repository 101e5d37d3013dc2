import { join } from "node:path";
import type { Config } from "../config/schema.ts";
import { AppError } from "../errors/app-error.ts";

/** Letters, digits, dots, underscores and dashes, so that a name is a file name everywhere and never a path. */
const NAME = /^[a-z0-9][\w.-]{0,99}$/i;
const PROJECTOR_END = "-mmproj";

/** Where model files are kept. */
export function modelsFolder({
  LLAMA_MODELS_DIR,
  CANVUSLLM_DATA_DIR,
}: Pick<Config, "LLAMA_MODELS_DIR" | "CANVUSLLM_DATA_DIR">): string {
  return LLAMA_MODELS_DIR ?? join(CANVUSLLM_DATA_DIR, "models");
}

/** The file that a setting means: its path, or the name of a model in the models folder. */
export function fileMeant(given: string, settings: Parameters<typeof modelsFolder>[0]): string {
  return isModelName(given) ? modelFile(modelsFolder(settings), given) : given;
}

/** Settings that take names and paths give paths absolute. */
export function isModelName(given: string): boolean {
  return !/[/\\]/.test(given);
}

/** The file of a model that is called by its name. */
export function modelFile(folder: string, name: string): string {
  return join(folder, `${name}.gguf`);
}

/** The file that lets this model see pictures; many have none. */
export function projectorFile(folder: string, name: string): string {
  return join(folder, `${name}${PROJECTOR_END}.gguf`);
}

/** @returns what the file of a model or projector is called after, or null for other files */
export function nameOfFile(fileName: string): string | null {
  const base = /^(.+)\.gguf$/i.exec(fileName)?.[1];
  if (base === undefined) return null;
  return base.endsWith(PROJECTOR_END) ? base.slice(0, -PROJECTOR_END.length) : base;
}

export function isProjectorFile(fileName: string): boolean {
  return fileName.endsWith(`${PROJECTOR_END}.gguf`);
}

/** @throws AppError MODEL_UNKNOWN when it can be no name of a model */
export function assertModelName(name: string): void {
  if (NAME.test(name) && !/\.gguf$/i.test(name)) return;
  throw new AppError(
    "MODEL_UNKNOWN",
    `"${name}" can be no name of a model: want letters, digits, dots, underscores and dashes, without .gguf at its end.`,
  );
}
