import { existsSync } from "node:fs";
import type { Config } from "../../config/schema.ts";
import { humanBytes } from "../../human-bytes.ts";
import { LocalImageEngine } from "../../inference/local-image-engine.ts";
import { ModelHost } from "../../inference/model-host.ts";
import { checkDiffusionModel } from "../../models/check-diffusion-model.ts";
import { fileMeant } from "../../models/model-files.ts";
import { bundledImageLibrary } from "../../native/image-library.ts";
import { type Check, type CheckResult, notChecked, ok } from "../check.ts";
import { SILENT } from "../context.ts";

/** Loading a large model from a slow disk, and one step on a slow processor. */
const DEEP_TIMEOUT_MS = 600_000;
const NONE = "no image model is set up (SD_MODEL_PATH); nothing is drawn on this machine";

/** Whether model and library of pictures are there. A service without them answers everything else. */
export const pictures: Check = {
  name: "pictures",
  title: "Pictures",
  async run({ settings }) {
    const modelPath = imageModel(settings);
    if (modelPath === undefined) return ok(NONE);
    const library = settings.SD_LIBRARY_PATH ?? bundledImageLibrary();
    if (!existsSync(library)) return missingLibrary(library);
    const { fileBytes } = await checkDiffusionModel(modelPath);
    return ok(`${modelPath}, ${humanBytes(fileBytes)}, drawn with ${library}`);
  },
};

/** Loads the image model and draws one step with it (`--deep`). */
export const deepPicture: Check = {
  name: "picture_drawn",
  title: "Picture drawn",
  needs: ["pictures"],
  timeoutMs: DEEP_TIMEOUT_MS,
  async run({ settings }, signal) {
    const modelPath = imageModel(settings);
    if (modelPath === undefined) return ok(NONE);
    const size = settings.SD_IMAGE_SIZE;
    if (size === undefined) return notChecked("SD_IMAGE_SIZE");
    return drawOneStep(modelPath, size, settings, signal);
  },
};

async function drawOneStep(
  modelPath: string,
  size: number,
  settings: Partial<Config>,
  signal: AbortSignal,
): Promise<CheckResult> {
  const images = new LocalImageEngine({
    host: new ModelHost(SILENT),
    modelPath,
    libraryPath: settings.SD_LIBRARY_PATH ?? bundledImageLibrary(),
    isDemo: false,
    imageSize: size,
    threads: settings.LLAMA_THREADS ?? 0,
    gpu: settings.LLAMA_GPU ?? "auto",
    maxConcurrent: 1,
    timeoutMs: DEEP_TIMEOUT_MS,
    logger: SILENT,
  });
  const request = { prompt: "a red fox", negativePrompt: "", steps: 1, guidance: 7, seed: 1 };
  try {
    const drawn = await images.draw(
      { ...request, width: size, height: size },
      { correlationId: "doctor", signal },
    );
    const seconds = (drawn.metrics.generation_ms / 1000).toFixed(1);
    const gpu = images.status().model?.gpu ?? "off";
    const device = gpu === "off" ? "the processor" : gpu;
    return ok(`${drawn.model} draws ${size} × ${size} pixels on ${device}, ${seconds} s for one step`);
  } finally {
    await images.stop();
  }
}

function imageModel({
  SD_MODEL_PATH,
  CANVUSLLM_DATA_DIR,
  LLAMA_MODELS_DIR,
}: Partial<Config>): string | undefined {
  if (SD_MODEL_PATH === undefined || CANVUSLLM_DATA_DIR === undefined) return SD_MODEL_PATH;
  return fileMeant(SD_MODEL_PATH, { CANVUSLLM_DATA_DIR, LLAMA_MODELS_DIR });
}

function missingLibrary(path: string): CheckResult {
  return {
    status: "fail",
    message: `the library that draws pictures is missing: ${path}`,
    advice:
      "Install the package that has it, or build it (page Pictures of the documentation), or set SD_LIBRARY_PATH to where it is.",
    code: "IMAGE_ENGINE_MISSING",
  };
}
