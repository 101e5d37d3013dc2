import {
  getLlama,
  InsufficientMemoryError,
  type Llama,
  type LlamaContext,
  type LlamaGpuType,
  type LlamaModel,
  NoBinaryFoundError,
} from "node-llama-cpp";
import { AppError } from "../../errors/app-error.ts";
import { checkModelFile } from "../../models/check-model-file.ts";
import type { GgufFacts } from "../../models/gguf.ts";
import { saysOutOfMemory } from "../out-of-memory.ts";
import type { GpuSetting, LoadOptions } from "../protocol.ts";
import type { EngineLoadHooks } from "../runner/engine.ts";
import { chooseThreads } from "./choose-threads.ts";

/** llama.cpp quantizes the values only together with flash attention. */
const EIGHT_BIT_CACHE = {
  experimentalKvCacheKeyType: "Q8_0",
  experimentalKvCacheValueType: "Q8_0",
  flashAttention: true,
} as const;
/** How many of the engine's own complaints are kept to explain a failed load. */
const KEPT_COMPLAINTS = 4;

export interface LoadedLlama {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly facts: GgufFacts;
  readonly threads: number;
  /** Memory of the GPU that the load took; 0 without one. */
  readonly vramBytes: number;
}

/**
 * Loads the native engine, the model and one context that all requests share.
 * @throws AppError MODEL_FILE_MISSING, MODEL_FILE_INVALID, ENGINE_UNAVAILABLE, OUT_OF_MEMORY, MODEL_LOAD_FAILED
 */
export async function loadLlama(options: LoadOptions<"text">, hooks: EngineLoadHooks): Promise<LoadedLlama> {
  const facts = await checkModelFile(options.modelPath);
  const complaints: string[] = [];
  const llama = await loadEngine(options.gpu, (message, isComplaint) => {
    if (isComplaint) complaints.push(message.trim());
    if (complaints.length > KEPT_COMPLAINTS) complaints.shift();
    // Only for debugging: what matters of it is in the error that is reported in the end.
    hooks.log("debug", message.trim());
  });
  if (options.gpu === "auto" && llama.gpu === false)
    hooks.log("info", "No usable GPU was found; computing on the CPU");
  try {
    const vramBefore = await usedVram(llama);
    const model = await llama.loadModel({
      modelPath: options.modelPath,
      ...(options.gpuLayers === null ? {} : { gpuLayers: options.gpuLayers }),
      onLoadProgress: hooks.onProgress,
    });
    if (options.contextSize > model.trainContextSize) {
      const sizes = `${options.contextSize} tokens is more than the ${model.trainContextSize}`;
      hooks.log("warn", `A context of ${sizes} the model was trained for; answers may get worse`);
    }
    const threads = chooseThreads(options.threads, llama.cpuMathCores, facts.parameterCount);
    llama.maxThreads = threads;
    const context = await model.createContext({
      sequences: options.sequences,
      threads,
      contextSize: options.contextSize,
      batchSize: options.batchSize,
      ...(options.kvCache === "q8_0" ? EIGHT_BIT_CACHE : {}),
    });
    return { llama, model, context, facts, threads, vramBytes: (await usedVram(llama)) - vramBefore };
  } catch (error) {
    throw loadError(error, complaints);
  }
}

async function usedVram(llama: Llama): Promise<number> {
  return llama.gpu === false ? 0 : (await llama.getVramState()).used;
}

function gpuOption(setting: GpuSetting): LlamaGpuType | "auto" {
  return setting === "off" ? false : setting;
}

async function loadEngine(
  gpu: GpuSetting,
  log: (message: string, isComplaint: boolean) => void,
): Promise<Llama> {
  try {
    return await getLlama({
      gpu: gpuOption(gpu),
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logger: (level, message) => log(message, level === "error" || level === "fatal"),
    });
  } catch (error) {
    const wanted = gpu === "auto" || gpu === "off" ? "" : ` with ${gpu}`;
    const missing =
      wanted === ""
        ? "its native files are missing or do not fit this system"
        : "there are no native files for it beside the executable, or its driver is missing";
    const reason = error instanceof NoBinaryFoundError ? missing : String(error);
    throw new AppError("ENGINE_UNAVAILABLE", `The text engine cannot start${wanted}: ${reason}.`, {
      cause: error,
    });
  }
}

function loadError(error: unknown, complaints: readonly string[]): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  // The native reason says more, but only some of its lines do.
  const telling = complaints
    .map((line) => line.replace(/^\w+: (?:error loading model: )?/, ""))
    .filter((line) => !/^failed to (?:load model|create context)$/i.test(line));
  const details = [...new Set(telling.length > 0 ? telling : [reason])].join("; ");
  // The library's own estimate throws the class; the native allocation that fails anyway only says so.
  if (error instanceof InsufficientMemoryError || saysOutOfMemory(`${reason} ${details}`)) {
    return new AppError("OUT_OF_MEMORY", `The model does not fit into memory: ${reason}`, { cause: error });
  }
  return new AppError("MODEL_LOAD_FAILED", `The model could not be loaded: ${details}`, { cause: error });
}
