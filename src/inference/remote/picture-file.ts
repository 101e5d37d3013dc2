import { stat } from "node:fs/promises";
import { AppError } from "../../errors/app-error.ts";

/** The most that OpenAI, Azure and Google take; pictures are scaled down to much less before they come here. */
const MAX_BYTES = 20 * 1024 * 1024;

export interface PictureFile {
  readonly mimeType: "image/png" | "image/jpeg";
  readonly base64: string;
}

/** @throws AppError INFERENCE_FAILED when it is larger than servers take, or neither PNG nor JPEG */
export async function readPicture(path: string): Promise<PictureFile> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) {
    throw new AppError(
      "INFERENCE_FAILED",
      `The picture has ${size} bytes; model servers take at most ${MAX_BYTES}.`,
    );
  }
  const bytes = await Bun.file(path).bytes();
  const mimeType = mimeTypeOf(bytes);
  if (mimeType === null) throw new AppError("INFERENCE_FAILED", "The picture is neither PNG nor JPEG.");
  return { mimeType, base64: bytes.toBase64() };
}

function mimeTypeOf(bytes: Uint8Array): PictureFile["mimeType"] | null {
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return "image/png";
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff ? "image/jpeg" : null;
}
