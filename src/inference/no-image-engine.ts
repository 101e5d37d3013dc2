import { AppError } from "../errors/app-error.ts";
import type { ImageEngine } from "./image-engine.ts";

/** Stands where no image engine is set up, and says so plainly. */
export const noImageEngine: ImageEngine = {
  draw: () =>
    Promise.reject(
      new AppError("IMAGE_ENGINE_MISSING", "No image model is set up here, so no picture can be made."),
    ),
};
