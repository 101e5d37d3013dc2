import { stat } from "node:fs/promises";
import { humanBytes } from "../../human-bytes.ts";
import { BUILTIN_DEMO } from "../../models/builtin-demo.ts";
import { checkModelFile } from "../../models/check-model-file.ts";
import { type Check, ok, warn } from "../check.ts";

export const modelFile: Check = {
  name: "model_file",
  title: "Model file",
  async run({ settings }) {
    const path = settings.LLAMA_MODEL_PATH;
    if (path === undefined) {
      return {
        status: "fail",
        message: "LLAMA_MODEL_PATH is not set, so no question can be answered",
        advice: "Set it to a GGUF file, or to builtin:demo to try the service out.",
        code: "CONFIG_INVALID",
      };
    }
    if (path === BUILTIN_DEMO) {
      return warn(
        "the built-in demo model: it knows a few facts only",
        "Fine for trying out. For real answers set LLAMA_MODEL_PATH to a GGUF file.",
      );
    }
    const facts = await checkModelFile(path);
    const { size } = await stat(path);
    const billions = (facts.parameterCount / 1e9).toFixed(facts.parameterCount < 1e9 ? 2 : 1);
    const context = facts.contextLength === null ? "" : `, trained for ${facts.contextLength} tokens`;
    const name = facts.name ?? facts.architecture;
    return ok(
      `${name}: ${billions} billion parameters, ${facts.quantization}, ${humanBytes(size)}${context}`,
    );
  },
};
