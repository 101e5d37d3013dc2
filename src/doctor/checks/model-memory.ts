import { stat } from "node:fs/promises";
import { humanBytes } from "../../human-bytes.ts";
import { type Check, type CheckResult, ok, warn } from "../check.ts";
import { availableMemory, memoryLimit } from "../memory-limit.ts";
import { configuredModel } from "../wanted-model.ts";

/** Beside the weights: context and buffers of the engine, and the service itself. A rule of thumb. */
const FACTOR = 1.15;
const FIXED_BYTES = 500e6;

/** A rough answer before anything is loaded; only a load proves it (`doctor --deep`). */
export const modelMemory: Check = {
  name: "model_memory",
  title: "Memory",
  needs: ["model_file"],
  async run({ settings, service }) {
    const path = configuredModel(settings)?.path ?? null;
    const weights = path === null ? 0 : (await stat(path)).size;
    const needed = weights * FACTOR + FIXED_BYTES;
    const limit = await memoryLimit();
    const available = await availableMemory();
    const where = limit.isCgroup ? "allowed by the control group" : "in this machine";
    const found = `about ${humanBytes(needed)} needed, ${humanBytes(limit.bytes)} ${where}`;
    if (needed > limit.bytes) return tooLarge(found, settings.LLAMA_GPU === "off", limit.isCgroup);
    if (available === null || needed <= available || (await service()) !== null) return ok(found);
    return warn(
      `${found}, but only ${humanBytes(available)} free now`,
      "Stop other programs on this machine, or use a smaller model.",
    );
  },
};

function tooLarge(found: string, cpuOnly: boolean, isCgroup: boolean): CheckResult {
  const limit = isCgroup
    ? "raise the limit of the container or unit (MemoryMax)"
    : "use a machine with more memory";
  const advice = `Use a smaller model or a smaller quantization, or ${limit}.`;
  if (cpuOnly) return { status: "fail", message: found, advice, code: "OUT_OF_MEMORY" };
  return warn(`${found}: it can only run if most of it fits into the graphics card`, advice);
}
