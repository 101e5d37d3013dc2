import { stat } from "node:fs/promises";
import { humanBytes } from "../../human-bytes.ts";
import { checkModelFile } from "../../models/check-model-file.ts";
import { partialProgress } from "../../models/download/partial-file.ts";
import { assertModelKnown } from "../../models/known-model.ts";
import type { WantedModel } from "../../models/wanted-model.ts";
import { type Check, type CheckResult, ok, warn } from "../check.ts";
import { configuredModel } from "../wanted-model.ts";

export const modelFile: Check = {
  name: "model_file",
  title: "Model file",
  async run({ settings }) {
    const wanted = configuredModel(settings);
    if (wanted === null) {
      return {
        status: "fail",
        message: "LLAMA_MODEL_PATH is not set, so no question can be answered",
        advice:
          "Set it to a GGUF file, to a name that `canvuslocallm models list` shows, or to builtin:demo to try the service out.",
        code: "CONFIG_INVALID",
      };
    }
    const { path } = wanted;
    if (path === null) {
      return warn(
        "the built-in demo model: it knows a few facts only",
        "Fine for trying out. For real answers set LLAMA_MODEL_PATH to a GGUF file, or to a name that `canvuslocallm models list` shows.",
      );
    }
    const size = (await stat(path).catch(() => null))?.size;
    if (size === undefined && wanted.sources.length > 0)
      return toBeDownloaded(wanted, path, settings.LLAMA_AUTO_DOWNLOAD === true);
    await assertModelKnown(settings.LLAMA_MODEL_PATH, wanted);
    const facts = await checkModelFile(path);
    const billions = (facts.parameterCount / 1e9).toFixed(facts.parameterCount < 1e9 ? 2 : 1);
    const context = facts.contextLength === null ? "" : `, trained for ${facts.contextLength} tokens`;
    const name = facts.name ?? facts.architecture;
    return ok(
      `${name}: ${billions} billion parameters, ${facts.quantization}, ${humanBytes(size ?? 0)}${context}`,
    );
  },
};

/** It is known where it can be had. */
async function toBeDownloaded(
  { name }: WantedModel,
  path: string,
  isAutomatic: boolean,
): Promise<CheckResult> {
  const progress = await partialProgress(path);
  const share = progress && `, of which ${Math.floor((progress.received / progress.bytes) * 100)} % are here`;
  const message = `the model ${name} is not downloaded yet${share ?? ""}`;
  if (isAutomatic)
    return {
      ...warn(message, "The service does it at its start (LLAMA_AUTO_DOWNLOAD=true)."),
      blockedBy: "Model file",
    };
  return {
    status: "fail",
    message,
    advice: `canvuslocallm models pull ${name}, or LLAMA_AUTO_DOWNLOAD=true, or without internet canvuslocallm models import FILE --name ${name}`,
    code: "MODEL_FILE_MISSING",
  };
}
