import type { Bitmap } from "../../bmp-file.ts";

/** Rows from top to bottom, four bytes a pixel: red, green, blue, alpha. */
export interface TransparentBitmap {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/**
 * Lays a transparent picture on white: models look at the colour only, which is black in most programs where a picture
 * is transparent, and black letters on it could not be seen.
 */
export function onWhite({ width, height, rgba }: TransparentBitmap): Bitmap {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const rows = new Uint8Array(stride * height);
  for (let y = 0, from = 0; y < height; y += 1) {
    for (let x = 0, to = y * stride; x < width; x += 1, from += 4, to += 3) {
      const alpha = rgba[from + 3] ?? 0;
      const white = 255 * (255 - alpha);
      rows[to] = ((rgba[from + 2] ?? 0) * alpha + white) / 255;
      rows[to + 1] = ((rgba[from + 1] ?? 0) * alpha + white) / 255;
      rows[to + 2] = ((rgba[from] ?? 0) * alpha + white) / 255;
    }
  }
  return { width, height, stride, rows };
}
