import type { RawPicture } from "../../native/stable-diffusion.ts";

/** A bitmap's two headers; the older one of the info headers, which is enough for 24 bits a pixel. */
const HEADER_BYTES = 54;
const INFO_BYTES = 40;
const BITS = 24;
/** Rows of a bitmap begin at multiples of it. */
const ROW_STEP = 4;

/**
 * Makes a PNG file of plain RGB pixels. Bun.Image reads only pictures in a file format, so they go through the plainest
 * of those that it reads.
 * @throws Error when the pixels are not RGB or cannot be encoded
 */
export function encodePng(picture: RawPicture): Promise<Uint8Array> {
  return new Bun.Image(bitmapOf(picture)).png().bytes();
}

function bitmapOf({ width, height, channels, pixels }: RawPicture): Buffer {
  if (channels !== 3) throw new Error(`The picture has ${channels} bytes a pixel instead of 3.`);
  const rowBytes = Math.ceil((width * channels) / ROW_STEP) * ROW_STEP;
  const bitmap = Buffer.alloc(HEADER_BYTES + rowBytes * height);
  bitmap.write("BM", "ascii");
  bitmap.writeUInt32LE(bitmap.length, 2);
  bitmap.writeUInt32LE(HEADER_BYTES, 10);
  bitmap.writeUInt32LE(INFO_BYTES, 14);
  bitmap.writeInt32LE(width, 18);
  // Negative: the first row is the top one.
  bitmap.writeInt32LE(-height, 22);
  bitmap.writeUInt16LE(1, 26);
  bitmap.writeUInt16LE(BITS, 28);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = HEADER_BYTES + y * rowBytes; x < width; x++, from += 3, to += 3) {
      bitmap[to] = pixels[from + 2] ?? 0;
      bitmap[to + 1] = pixels[from + 1] ?? 0;
      bitmap[to + 2] = pixels[from] ?? 0;
    }
  }
  return bitmap;
}
