import type { Config } from "../../config/schema.ts";
import { GpuReader } from "../../observability/gpu-reader.ts";
import type { GpuFailure, GpuReading, GpuResult, GpuSnapshot } from "../../observability/gpu-snapshot.ts";
import { type Check, type CheckResult, ok, warn } from "../check.ts";

/** Whether the driver knows a card; whether the engine can use it is for the engine's own line to say. */
export const gpu: Check = {
  name: "gpu",
  title: "Graphics card",
  async run({ settings }) {
    const wanted = settings.LLAMA_GPU ?? "auto";
    if (wanted === "off") return ok("not used (LLAMA_GPU=off)");
    const reader = new GpuReader();
    try {
      const first = await reader.read("nvml");
      if ("reading" in first) return judgeGpu(wanted, first);
      const second = await reader.read("nvidia-smi");
      // NVML's reason is the nearer one: the tool itself asks it.
      return judgeGpu(wanted, "reading" in second ? second : first);
    } finally {
      reader.close();
    }
  },
};

/** @param wanted LLAMA_GPU */
export function judgeGpu(wanted: Exclude<Config["LLAMA_GPU"], "off">, result: GpuResult): CheckResult {
  return "reading" in result ? describe(result.reading) : judge(wanted, result.failure);
}

function describe({ gpus, unreadable, cuda }: GpuReading): CheckResult {
  const found = `${gpus.map(card).join("; ")}${cuda === null ? "" : `; CUDA ${cuda}`}`;
  if (unreadable.length === 0) return ok(found);
  return warn(
    `${found}; ${unreadable.join(" ")}`,
    "Restart the machine; if the card stays lost, look at its seat and power.",
  );
}

function card({ name, driver, vram_used_mb, vram_total_mb }: GpuSnapshot): string {
  return `${name}, driver ${driver}, ${vram_used_mb} of ${vram_total_mb} MiB used`;
}

function judge(wanted: "auto" | "cuda" | "vulkan", { kind, message }: GpuFailure): CheckResult {
  const why = kind === "missing" ? "no NVIDIA driver and card are found" : message.replace(/\.$/, "");
  if (wanted === "cuda") {
    return {
      status: "fail",
      message: `LLAMA_GPU=cuda, but ${why}`,
      advice: "Install the NVIDIA driver until `nvidia-smi` shows the card, or set LLAMA_GPU to auto or off.",
      code: "GPU_UNAVAILABLE",
    };
  }
  if (kind === "failed") {
    return warn(`${why}; the processor computes`, "Repair the driver until `nvidia-smi` shows the card.");
  }
  return ok(wanted === "vulkan" ? `${why}; Vulkan may use another card` : `${why}; the processor computes`);
}
