import { describeMemory, mayHaveGpu } from "./memory-budget.ts";
import type { EstimatedPlan, ModelPlan } from "./model-plans.ts";
import type { GpuSetting } from "./protocol.ts";

/** A runner with the native library loaded and no model. */
const RUNNER_BYTES = 150_000_000;
/**
 * Scratch memory for each pixel of a picture: what Stable Diffusion 1.5 takes at 512 × 512 to turn the result into
 * pixels, in one piece and in tiles, rounded up. It is by far the largest of its buffers.
 */
const PIXEL_BYTES = { whole: 8 * 1024, tiled: 2 * 1024 } as const;
/** Of the weights; what stays on the GPU when they are moved there only while they are needed. */
const MOVED_SHARE = 0.6;

/** How an image model is loaded. */
export interface ImagePlan extends ModelPlan {
  readonly weightsInRam: boolean;
  /** Turns the result into pixels piece by piece. */
  readonly tiled: boolean;
}

export interface ImageModelSettings {
  readonly gpu: GpuSetting;
  /** Width times height. */
  readonly pixels: number;
  /** Pictures drawn at once. */
  readonly parallel: number;
}

/** The ways to load an image model, from the fastest to the smallest, and an estimate of what each takes. */
export function imagePlans(fileBytes: number, settings: ImageModelSettings): EstimatedPlan<ImagePlan>[] {
  return ladder(settings.gpu, mayHaveGpu()).map((plan) => ({
    plan,
    bytes: Math.ceil(
      (fileBytes * (plan.weightsInRam ? MOVED_SHARE : 1) + pictureBytes(plan, settings.pixels)) *
        settings.parallel +
        RUNNER_BYTES,
    ),
    key: {
      contextSize: settings.pixels,
      sequences: settings.parallel,
      device: `gpu ${plan.gpu}, weights ${plan.weightsInRam ? "moved" : "resident"}, ${plan.tiled ? "tiled" : "whole"}, ${describeMemory()}`,
    },
  }));
}

/** Memory that one picture takes while it is drawn. */
export function pictureBytes({ tiled }: ImagePlan, pixels: number): number {
  return pixels * (tiled ? PIXEL_BYTES.tiled : PIXEL_BYTES.whole);
}

function ladder(gpu: GpuSetting, gpuIsPossible: boolean): ImagePlan[] {
  const whole = { step: "nothing reduced", weightsInRam: false, tiled: false };
  const tiled = { step: "pictures in tiles", weightsInRam: false, tiled: true };
  if (gpu === "off" || (gpu === "auto" && !gpuIsPossible))
    return [whole, tiled].map((plan) => ({ ...plan, pool: "ram", gpu }));
  const moved = { step: "weights in main memory", weightsInRam: true, tiled: true };
  const onGpu = [whole, moved].map((plan) => ({ ...plan, pool: "vram" as const, gpu }));
  if (gpu !== "auto") return onGpu;
  return [...onGpu, { ...tiled, step: "no GPU", pool: "ram", gpu: "off" }];
}
