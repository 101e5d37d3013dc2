import type { Config } from "../config/schema.ts";
import { settingValues } from "../config/setting-values.ts";
import { AppError } from "../errors/app-error.ts";
import { type DownloadSettings, downloadSettings } from "../models/download/download-settings.ts";
import { modelsFolder } from "../models/model-files.ts";
import { wantedModel } from "../models/wanted-model.ts";
import { loadReadableSettings } from "./load-settings.ts";
import { waitForSignal } from "./wait-for-signal.ts";

/** What the commands for models need of the settings; the others may be missing or wrong. */
export interface ModelsContext {
  readonly folder: string;
  readonly download: DownloadSettings;
  /** The file of the model that the service is set to use, or null. */
  readonly usedFile: string | null;
}

/** @throws AppError CONFIG_INVALID when one of the settings that are needed here is wrong */
export async function modelsContext(envFile: string | undefined): Promise<ModelsContext> {
  const loaded = await loadReadableSettings(envFile);
  const settings = settingValues(loaded);
  const {
    CANVUSLLM_DATA_DIR = wrong("CANVUSLLM_DATA_DIR"),
    CANVUSLLM_MODEL_MIRROR = wrong("CANVUSLLM_MODEL_MIRROR"),
    RETRY_DELAY = wrong("RETRY_DELAY"),
    LLAMA_MODELS_DIR,
    LLAMA_MODEL_PATH,
    LLAMA_MODEL_URL,
    HF_TOKEN,
  } = settings;
  const needed = {
    ...{ CANVUSLLM_DATA_DIR, CANVUSLLM_MODEL_MIRROR, RETRY_DELAY },
    ...{ LLAMA_MODELS_DIR, LLAMA_MODEL_PATH, LLAMA_MODEL_URL, HF_TOKEN },
  };
  return {
    folder: modelsFolder(needed),
    download: downloadSettings(needed),
    usedFile: LLAMA_MODEL_PATH === undefined && LLAMA_MODEL_URL === undefined ? null : usedFile(needed),
  };
}

/**
 * Runs something that Ctrl+C ends in good order.
 * @returns its exit code, or 130 or 143 after a signal, as shells have it
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const abort = new AbortController();
  let exitCode = 0;
  void waitForSignal().then((code) => {
    exitCode = code;
    abort.abort();
  });
  try {
    return await work(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    const message = error instanceof AppError ? error.message : "Stopped.";
    process.stderr.write(`canvuslocallm: ${message}\n`);
    return exitCode;
  }
}

function usedFile(settings: Parameters<typeof wantedModel>[0]): string | null {
  try {
    return wantedModel(settings).path;
  } catch (error) {
    // `config` and the start say what is wrong with it; here it only means that none of these models is used.
    if (error instanceof AppError) return null;
    throw error;
  }
}

function wrong(name: keyof Config): never {
  throw new AppError("CONFIG_INVALID", `${name} is wrong.`);
}
