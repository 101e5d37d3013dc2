import { AppError } from "../../errors/app-error.ts";
import type { LogLevel } from "../../observability/logger.ts";
import type { GpuSetting, ModelInfo } from "../protocol.ts";
import { openVisionLibrary, type VisionLibrary, type VisionVariant } from "./vision-library.ts";

/** What is tried for each setting, the fastest first. */
const ORDER: Readonly<Record<GpuSetting, readonly VisionVariant[]>> = {
  auto: ["cuda", "vulkan", "cpu"],
  cuda: ["cuda"],
  vulkan: ["vulkan"],
  off: ["cpu"],
};

export interface VisionBackend {
  readonly library: VisionLibrary;
  readonly gpu: ModelInfo["gpu"];
}

/**
 * Opens the first build of the library that finds something to compute with, and tells why those before it did not.
 * @param open for tests; defaults to the real thing
 * @throws AppError ENGINE_UNAVAILABLE
 */
export function chooseVisionBackend(
  setting: GpuSetting,
  log: (level: LogLevel, message: string) => void,
  open: (variant: VisionVariant) => VisionLibrary = openVisionLibrary,
): VisionBackend {
  const refusals: string[] = [];
  for (const variant of ORDER[setting]) {
    try {
      const library = open(variant);
      if (variant !== "cpu" && !library.devices().some(({ type }) => type === "gpu"))
        throw new Error("it finds no GPU");
      if (refusals.length > 0) log("info", `Looking at pictures with ${variant}; ${refusals.join("; ")}`);
      return { library, gpu: variant === "cpu" ? "off" : variant };
    } catch (error) {
      const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n");
      refusals.push(`not with ${variant}: ${reason}`);
    }
  }
  throw new AppError("ENGINE_UNAVAILABLE", `The vision engine cannot start: ${refusals.join("; ")}.`);
}
