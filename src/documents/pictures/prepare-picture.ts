import { stat } from "node:fs/promises";
import { bmpFile } from "../../bmp-file.ts";
import { AppError } from "../../errors/app-error.ts";
import { decodeTransparentPng } from "./decode-png.ts";
import { isCutOffJpeg } from "./jpeg-end.ts";
import { onWhite } from "./on-white.ts";
import { savePicture } from "./save-picture.ts";
import { decodeTiff, isTiff } from "./tiff.ts";

export interface PictureRequest {
  readonly path: string;
  /** Of the file. */
  readonly maxBytes: number;
  /** Of the picture before it is scaled; each takes four bytes of memory. */
  readonly maxPixels: number;
  /** Of the longer side after it is scaled. Smaller pictures stay as they are. */
  readonly maxSide: number;
  /** The file that is written: a JPEG when the picture is one, else a PNG. */
  readonly target: string;
}

const JPEG_QUALITY = 90;

/**
 * Makes a picture ready for a model: as it is meant to be seen (turned as the camera says, on white where it is
 * transparent), not larger than needed, in a format that every model reads.
 * @throws AppError IMAGE_INVALID, IMAGE_TOO_LARGE
 */
export async function preparePicture(
  request: PictureRequest,
): Promise<{ readonly width: number; readonly height: number }> {
  const { path, maxBytes, maxPixels, maxSide, target } = request;
  const { size } = await stat(path);
  if (size === 0) throw new AppError("IMAGE_INVALID", "The picture is an empty file.");
  if (size > maxBytes)
    throw new AppError("IMAGE_TOO_LARGE", `The picture has ${size} bytes; at most ${maxBytes} are read.`);
  const bytes = await Bun.file(path).bytes();
  try {
    return await prepare(bytes, { maxPixels, maxSide, target });
  } catch (error) {
    throw explained(error, bytes, maxPixels);
  }
}

async function prepare(
  bytes: Uint8Array<ArrayBuffer>,
  { maxPixels, maxSide, target }: Pick<PictureRequest, "maxPixels" | "maxSide" | "target">,
): Promise<{ readonly width: number; readonly height: number }> {
  const scaled = (image: Bun.Image) =>
    image.resize(maxSide, maxSide, { fit: "inside", withoutEnlargement: true });
  if (isTiff(bytes)) {
    const { picture, turn } = decodeTiff(bytes, maxPixels);
    return savePicture(scaled(new Bun.Image(picture, { maxPixels }).rotate(turn)).png(), target);
  }
  const { format } = await new Bun.Image(bytes, { maxPixels }).metadata();
  if (format === "jpeg" && isCutOffJpeg(bytes))
    throw new AppError("IMAGE_INVALID", "The picture is incomplete: its end is missing.");
  const image = scaled(new Bun.Image(bytes, { maxPixels }));
  if (format === "jpeg") return savePicture(image.jpeg({ quality: JPEG_QUALITY }), target);
  const png = await image.png({ compressionLevel: 0 }).bytes();
  const transparent = decodeTransparentPng(png);
  const opaque = transparent === null ? png : bmpFile(onWhite(transparent));
  return savePicture(new Bun.Image(opaque).png(), target);
}

/** In the words of `Bun.Image.ErrorCode`. */
function explained(error: unknown, bytes: Uint8Array, maxPixels: number): unknown {
  if (!(error instanceof Error) || !("code" in error) || error instanceof AppError) return error;
  switch (error.code) {
    case "ERR_IMAGE_TOO_MANY_PIXELS": {
      const limit = Math.floor(maxPixels / 1e6);
      const message = `The picture is too large to be read: it has more than ${limit} million pixels.`;
      return new AppError("IMAGE_TOO_LARGE", message, { cause: error });
    }
    case "ERR_IMAGE_UNKNOWN_FORMAT":
    case "ERR_IMAGE_FORMAT_UNSUPPORTED": {
      const message = `The picture is of a kind that cannot be read here (${kindOf(bytes)}).`;
      return new AppError("IMAGE_INVALID", message, { cause: error });
    }
    case "ERR_IMAGE_DECODE_FAILED":
      return new AppError("IMAGE_INVALID", "The picture is damaged and cannot be read.", { cause: error });
    default:
      return error;
  }
}

/** Only for people. */
function kindOf(bytes: Uint8Array): string {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 256)).trimStart();
  if (/^....ftyp(hei|mif|avif)/s.test(head)) return "HEIC or AVIF";
  if (/^(<\?xml|<svg|<!DOCTYPE svg)/i.test(head)) return "SVG";
  return "neither PNG, JPEG, WebP, GIF, BMP nor TIFF";
}
