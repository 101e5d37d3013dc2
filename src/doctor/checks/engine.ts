import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../config/schema.ts";
import { LocalTextEngine } from "../../inference/local-text-engine.ts";
import { ModelHost } from "../../inference/model-host.ts";
import { unpackDemoModel } from "../../models/builtin-demo.ts";
import { type Check, type CheckResult, notChecked, ok, warn } from "../check.ts";
import { SILENT } from "../context.ts";
import { configuredModel } from "../wanted-model.ts";

const QUESTION = "What is the capital of France?";
/** Loading a large model from a slow disk. */
const DEEP_TIMEOUT_MS = 600_000;

/**
 * Starts a real model process and has it answer, always with the built-in demo model: that proves the native files
 * and drivers within a second or two and takes no memory that a running service would miss.
 */
export const engine: Check = {
  name: "engine",
  title: "Engine",
  needs: ["native_files", "system_library"],
  timeoutMs: 30_000,
  async run({ settings }, signal) {
    const folder = await mkdtemp(join(tmpdir(), "canvuslocallm-doctor-"));
    try {
      return await answer(await unpackDemoModel(folder), true, settings, signal);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Loads the configured model and has it answer (`--deep`): it takes its time and the model's memory once more. */
export const deepModel: Check = {
  name: "model_answers",
  title: "Model answers",
  needs: ["engine", "model_file"],
  timeoutMs: DEEP_TIMEOUT_MS,
  async run({ settings }, signal) {
    const wanted = configuredModel(settings);
    if (wanted === null) return notChecked("LLAMA_MODEL_PATH");
    if (wanted.path === null) return ok(`the demo model, see the line "${engine.title}"`);
    return answer(wanted.path, false, settings, signal);
  },
};

async function answer(
  modelPath: string,
  isDemo: boolean,
  settings: Partial<Config>,
  signal: AbortSignal,
): Promise<CheckResult> {
  const gpu = settings.LLAMA_GPU ?? "auto";
  const text = new LocalTextEngine({
    host: new ModelHost(SILENT),
    modelPath,
    isDemo,
    contextSize: isDemo ? 0 : (settings.LLAMA_CONTEXT_SIZE ?? 0),
    threads: settings.LLAMA_THREADS ?? 0,
    gpu,
    maxConcurrent: isDemo ? 1 : (settings.MAX_CONCURRENT ?? 1),
    logger: SILENT,
  });
  const began = performance.now();
  signal.addEventListener("abort", () => void text.stop(), { once: true });
  try {
    await text.start();
    const model = await text.ready();
    const loadedMs = performance.now() - began;
    const messages = [{ role: "user" as const, content: QUESTION }];
    const { metrics } = await text.generate(
      { messages, maxTokens: 8, temperature: 0 },
      { correlationId: "doctor", signal },
    );
    const device = model.gpu === "off" ? "the processor" : model.gpu;
    const speed = Math.round(metrics.completion_tokens_per_second);
    const found = `${model.name} loads in ${(loadedMs / 1000).toFixed(1)} s and answers on ${device}, ${speed} tokens/s`;
    if (gpu === "auto" && model.gpu === "off") return ok(`${found}; no usable graphics card`);
    if (gpu === "cuda" && model.gpu !== "cuda") {
      return warn(
        `${found}, although LLAMA_GPU=cuda`,
        `Install the package with +cuda in its version (or build with --gpu cuda), and see the line "Graphics card".`,
      );
    }
    return ok(found);
  } finally {
    await text.stop();
  }
}
