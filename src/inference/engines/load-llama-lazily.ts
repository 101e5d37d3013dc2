import { AppError } from "../../errors/app-error.ts";
import type { LoadEngine } from "../runner/engine.ts";

/**
 * Loads llama.cpp's library only now: it reads files beside the executable while it is imported, so importing it at
 * the top would cost every command time and make all of them fail when those files are missing.
 */
export const loadLlamaLazily: LoadEngine = async (options, hooks) => {
  const { LlamaTextEngine } = await importEngine();
  return LlamaTextEngine.load(options, hooks);
};

async function importEngine() {
  try {
    return await import("./llama-text.ts");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError("ENGINE_UNAVAILABLE", `The text engine's files cannot be used: ${reason}.`, {
      cause: error,
    });
  }
}
