import { setImmediate } from "node:timers/promises";
import { AppError } from "../../errors/app-error.ts";
import { checkVisionFiles } from "../../models/check-vision-files.ts";
import type { GgufFacts } from "../../models/gguf.ts";
import type { LoadOptions, ModelInfo } from "../protocol.ts";
import type { EngineLoadHooks } from "../runner/engine.ts";
import { chooseThreads } from "./choose-threads.ts";
import { chooseVisionBackend, type VisionBackend } from "./choose-vision-backend.ts";
import { ownVram } from "./own-vram.ts";
import { physicalCores } from "./physical-cores.ts";
import type { VisionContext } from "./vision-library.ts";

/** More layers than any model has. */
const ALL_LAYERS = 999;

export interface LoadedVision {
  readonly context: VisionContext;
  /** Opens the model once more, after its context was released. */
  readonly open: () => VisionContext;
  readonly facts: GgufFacts;
  readonly gpu: ModelInfo["gpu"];
  readonly threads: number;
  /** Memory of the GPU that the load took; 0 without one, or where the driver does not tell. */
  readonly vramBytes: number;
}

/**
 * Loads the native library, the model and its picture encoder. The library loads on this very thread, so nothing is
 * heard of the process meanwhile, and when it cannot load the model the process dies.
 * @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID, ENGINE_UNAVAILABLE, MODEL_LOAD_FAILED
 */
export async function loadVision(
  options: LoadOptions<"vision">,
  hooks: EngineLoadHooks,
): Promise<LoadedVision> {
  const { model: facts } = await checkVisionFiles(options.modelPath, options.mmprojPath);
  const backend = chooseVisionBackend(options.gpu, hooks.log);
  const threads = chooseThreads(options.threads, physicalCores(), facts.parameterCount);
  hooks.onProgress(0);
  // What was told until now must be sent before this thread is busy.
  await setImmediate();
  const open = () => openContext(options, backend, threads, hooks.log);
  const context = open();
  const vramBytes = backend.gpu === "off" ? 0 : ownVram();
  return { context, open, facts, gpu: backend.gpu, threads, vramBytes };
}

function openContext(
  options: LoadOptions<"vision">,
  { library, gpu }: VisionBackend,
  threads: number,
  log: EngineLoadHooks["log"],
): VisionContext {
  const { contextSize, batchSize, kvCache, gpuLayers } = options;
  const context = new library.LlamaContext({
    model: options.modelPath,
    n_ctx: contextSize,
    n_batch: batchSize,
    n_ubatch: batchSize,
    n_parallel: 1,
    n_threads: threads,
    n_gpu_layers: gpu === "off" ? 0 : (gpuLayers ?? ALL_LAYERS),
    cache_type_k: kvCache,
    cache_type_v: kvCache,
    use_mmap: true,
  });
  try {
    addEncoder(context, options.mmprojPath, gpu !== "off", log);
    return context;
  } catch (error) {
    void context.release();
    const message = `The picture encoder ${options.mmprojPath} cannot be used with this model.`;
    throw new AppError("MODEL_LOAD_FAILED", message, { cause: error });
  }
}

function addEncoder(context: VisionContext, path: string, onGpu: boolean, log: EngineLoadHooks["log"]): void {
  try {
    context.initMultimodal({ path, use_gpu: onGpu });
  } catch (error) {
    if (!onGpu) throw error;
    // Beside the model there may be too little room for it; the library does not say why it failed.
    log("warn", "The picture encoder cannot be used on the GPU; trying it on the processor");
    context.initMultimodal({ path, use_gpu: false });
  }
}
