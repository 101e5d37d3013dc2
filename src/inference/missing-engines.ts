import { AppError } from "../errors/app-error.ts";
import type { ImageEngine } from "./image-engine.ts";
import type { VisionEngine } from "./vision-engine.ts";

/** Stands where no model is set up that can see: whoever asks is told so. */
export const missingVision: VisionEngine = {
  describe: () =>
    Promise.reject(
      new AppError(
        "VISION_ENGINE_MISSING",
        "No model that can see is set up here, so no picture can be read.",
      ),
    ),
};

/** Stands where no model is set up that can draw. */
export const missingImages: ImageEngine = {
  draw: () =>
    Promise.reject(
      new AppError("IMAGE_ENGINE_MISSING", "No image model is set up here, so no picture can be made."),
    ),
};
