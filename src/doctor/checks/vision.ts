import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config/schema.ts";
import { LocalVisionEngine } from "../../inference/local-vision-engine.ts";
import { ModelHost } from "../../inference/model-host.ts";
import { BUILTIN_DEMO } from "../../models/builtin-demo.ts";
import { checkVisionFiles } from "../../models/check-vision-files.ts";
import redCircle from "../../models/demo/red-circle.png" with { type: "file" };
import { modelsFolder } from "../../models/model-files.ts";
import { storedProjector } from "../../models/prepare-model.ts";
import { prepareVision, type VisionModel } from "../../models/prepare-vision.ts";
import { type Check, type CheckResult, ok, warn } from "../check.ts";
import { SILENT } from "../context.ts";
import { configuredModel } from "../wanted-model.ts";

const QUESTION = "What color is the shape?";
/** Loading a large model from a slow disk, and looking with a slow processor. */
const DEEP_TIMEOUT_MS = 600_000;
const NONE = "none is set up (VISION_MODEL_PATH); nothing on this machine looks at pictures";

/** Whether the model's files are there. A service without them answers everything else. */
export const visionModel: Check = {
  name: "vision_model",
  title: "Vision model",
  async run({ settings }) {
    return inFolder(async (folder) => {
      const model = await configured(settings, folder);
      if (model === null) return ok(NONE);
      const { model: facts, encoder } = await checkVisionFiles(model.modelPath, model.mmprojPath);
      if (model.isDemo)
        return warn(
          "the built-in demo model: it knows simple shapes only",
          "Fine for trying out. For real descriptions set VISION_MODEL_PATH and VISION_MMPROJ_PATH.",
        );
      const encoderName = encoder.name ?? encoder.architecture;
      return ok(
        `${facts.name ?? facts.architecture}, ${facts.quantization}, with the encoder ${encoderName}`,
      );
    });
  },
};

/** Starts a real model process and has it look, always with the demo model: that proves native files and drivers. */
export const visionEngine: Check = {
  name: "vision_engine",
  title: "Vision engine",
  needs: ["system_library", "vision_model"],
  timeoutMs: 30_000,
  async run({ settings }, signal) {
    return inFolder(async (folder) => {
      if ((await configured(settings, folder)) === null) return ok("not needed");
      const demo = await configured(
        { ...settings, VISION_MODEL_PATH: BUILTIN_DEMO, VISION_MMPROJ_PATH: undefined },
        folder,
      );
      return demo === null ? ok("not needed") : look(demo, settings, folder, signal);
    });
  },
};

/** Loads the configured model and has it look (`--deep`): it takes its time and the model's memory once more. */
export const deepVision: Check = {
  name: "vision_answers",
  title: "Vision answers",
  needs: ["vision_engine"],
  timeoutMs: DEEP_TIMEOUT_MS,
  async run({ settings }, signal) {
    return inFolder(async (folder) => {
      const model = await configured(settings, folder);
      if (model === null) return ok(NONE);
      if (model.isDemo) return ok(`the demo model, see the line "${visionEngine.title}"`);
      return look(model, settings, folder, signal);
    });
  },
};

/** @param folder takes what is unpacked; the models themselves lie where the service has them */
async function configured(settings: Partial<Config>, folder: string): Promise<VisionModel | null> {
  const { VISION_MODEL_PATH, VISION_MMPROJ_PATH, CANVUSLLM_DATA_DIR, LLAMA_MODELS_DIR } = settings;
  const usual = CANVUSLLM_DATA_DIR && modelsFolder({ CANVUSLLM_DATA_DIR, LLAMA_MODELS_DIR });
  const text = configuredModel(settings);
  return prepareVision(
    {
      ...{ VISION_MODEL_PATH, VISION_MMPROJ_PATH },
      ...{ CANVUSLLM_DATA_DIR: folder, LLAMA_MODELS_DIR: usual },
    },
    {
      path: text?.path ?? "",
      projectorPath: text === null ? null : await storedProjector(text),
      isDemo: text?.path === null,
    },
  );
}

async function look(
  model: VisionModel,
  settings: Partial<Config>,
  folder: string,
  signal: AbortSignal,
): Promise<CheckResult> {
  const imagePath = join(folder, "circle.png");
  await Bun.write(imagePath, Bun.file(redCircle));
  const engine = new LocalVisionEngine({
    host: new ModelHost(SILENT),
    ...model,
    threads: settings.LLAMA_THREADS ?? 0,
    gpu: settings.LLAMA_GPU ?? "auto",
    logger: SILENT,
  });
  try {
    const question = { imagePath, systemPrompt: null, prompt: QUESTION, maxTokens: 32, temperature: 0 };
    const {
      text,
      model: name,
      metrics,
    } = await engine.describe(question, { correlationId: "doctor", signal });
    const gpu = engine.status().model?.gpu ?? "off";
    const device = gpu === "off" ? "the processor" : gpu;
    const seconds = ((metrics.ttft_ms + metrics.generation_ms) / 1000).toFixed(1);
    return ok(`${name} looks at a red circle on ${device} and says "${text}" after ${seconds} s`);
  } finally {
    await engine.stop();
  }
}

async function inFolder(use: (folder: string) => Promise<CheckResult>): Promise<CheckResult> {
  const folder = await mkdtemp(join(tmpdir(), "canvuslocallm-doctor-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
