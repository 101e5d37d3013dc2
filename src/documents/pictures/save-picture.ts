import { AppError } from "../../errors/app-error.ts";
import { isOfSystem } from "../is-of-system.ts";

/**
 * @returns the size of the picture that was written, in pixels
 * @throws AppError DOWNLOAD_NOT_SAVED when the disk refuses it
 */
export async function savePicture(
  image: Bun.Image,
  target: string,
): Promise<{ readonly width: number; readonly height: number }> {
  try {
    await image.write(Bun.file(target));
  } catch (error) {
    if (!isOfSystem(error)) throw error;
    throw new AppError("DOWNLOAD_NOT_SAVED", `The picture could not be saved for reading (${error.code}).`, {
      cause: error,
    });
  }
  const { width, height } = await new Bun.Image(target).metadata();
  return { width, height };
}
