import { bmpFile } from "../../bmp-file.ts";
import type { RawPicture } from "../../native/stable-diffusion.ts";

/** Rows of a bitmap begin at multiples of it. */
const ROW_STEP = 4;

/**
 * Makes a PNG file of plain RGB pixels.
 * @throws Error when the pixels are not RGB or cannot be encoded
 */
export function encodePng({ width, height, channels, pixels }: RawPicture): Promise<Uint8Array> {
  if (channels !== 3) throw new Error(`The picture has ${channels} bytes a pixel instead of 3.`);
  const stride = Math.ceil((width * 3) / ROW_STEP) * ROW_STEP;
  const rows = new Uint8Array(stride * height);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = y * stride; x < width; x++, from += 3, to += 3) {
      rows[to] = pixels[from + 2] ?? 0;
      rows[to + 1] = pixels[from + 1] ?? 0;
      rows[to + 2] = pixels[from] ?? 0;
    }
  }
  return new Bun.Image(bmpFile({ width, height, stride, rows })).png().bytes();
}
