import { decode, decodeImage, toRGBA8 } from "utif2";
import { bmpFile } from "../../bmp-file.ts";
import { AppError } from "../../errors/app-error.ts";
import { onWhite } from "./on-white.ts";

/** Tags (TIFF 6.0, section 8). */
const WIDTH = "t256";
const HEIGHT = "t257";
const BITS = "t258";
const ORIENTATION = "t274";
const PLANAR = "t284";
/** Colours one after the other instead of together; nobody writes that, and the library reads it wrongly. */
const SEPARATE_PLANES = 2;
/** Four channels of 16 bits. */
const MAX_BITS_PER_PIXEL = 64;

/** Degrees by which to turn for each orientation; mirrored ones are not made by any device. */
const TURNS: Readonly<Record<number, number>> = { 3: 180, 6: 90, 8: 270 };

export interface DecodedTiff {
  /** A BMP file. */
  readonly picture: Uint8Array<ArrayBuffer>;
  /** Clockwise, in degrees. */
  readonly turn: number;
}

export function isTiff(bytes: Uint8Array): boolean {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 4));
  return head === "II*\0" || head === "MM\0*";
}

/**
 * Reads the first picture of a TIFF file, which `Bun.Image` can on Windows only.
 * @throws AppError IMAGE_INVALID, IMAGE_TOO_LARGE
 */
export function decodeTiff(bytes: Uint8Array<ArrayBuffer>, maxPixels: number): DecodedTiff {
  try {
    return decodeFirst(bytes.buffer, maxPixels);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("IMAGE_INVALID", "The picture is damaged, or of a kind of TIFF that cannot be read.", {
      cause,
    });
  }
}

function decodeFirst(buffer: ArrayBuffer, maxPixels: number): DecodedTiff {
  const [image] = decode(buffer);
  if (image === undefined) throw new AppError("IMAGE_INVALID", "There is no picture in the TIFF file.");
  const numbers = (tag: string): number[] => {
    const value = image[tag];
    return Array.isArray(value) ? value.map(Number) : [];
  };
  const [width = 0] = numbers(WIDTH);
  const [height = 0] = numbers(HEIGHT);
  if (!(width > 0 && height > 0)) throw new AppError("IMAGE_INVALID", "The picture has no size.");
  if (width * height > maxPixels)
    throw new AppError("IMAGE_TOO_LARGE", `The picture has ${width} × ${height} pixels, which is too large.`);
  const bits = numbers(BITS).reduce((sum, each) => sum + each, 0);
  if (bits > MAX_BITS_PER_PIXEL || numbers(PLANAR)[0] === SEPARATE_PLANES)
    throw new AppError("IMAGE_INVALID", "The picture is of a kind of TIFF that cannot be read here.");
  decodeImage(buffer, image);
  const rgba = toRGBA8(image);
  if (rgba.length < width * height * 4) throw new AppError("IMAGE_INVALID", "The picture is incomplete.");
  const [orientation = 1] = numbers(ORIENTATION);
  return { picture: bmpFile(onWhite({ width, height, rgba })), turn: TURNS[orientation] ?? 0 };
}
