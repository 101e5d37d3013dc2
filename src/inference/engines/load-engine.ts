import { AppError } from "../../errors/app-error.ts";
import type { EngineKind } from "../protocol.ts";
import type { LoadEngine } from "../runner/engine.ts";

/**
 * Loads an engine with its native library, and that only now: it reads files beside the executable while it is
 * imported, so importing it at the top would cost every command time and make all of them fail when they are missing.
 */
export const loadEngine: LoadEngine = async (options, hooks) => {
  switch (options.kind) {
    case "text": {
      const { LlamaTextEngine } = await imported(options.kind, () => import("./llama-text.ts"));
      return LlamaTextEngine.load(options, hooks);
    }
    case "image": {
      const { StableDiffusionEngine } = await imported(options.kind, () => import("./stable-diffusion.ts"));
      return StableDiffusionEngine.load(options, hooks);
    }
    case "vision": {
      const { LlamaVisionEngine } = await imported(options.kind, () => import("./llama-vision.ts"));
      return LlamaVisionEngine.load(options, hooks);
    }
  }
};

async function imported<Module>(kind: EngineKind, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError("ENGINE_UNAVAILABLE", `The ${kind} engine's files cannot be used: ${reason}.`, {
      cause: error,
    });
  }
}
