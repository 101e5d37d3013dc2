/** Rows from top to bottom of three bytes a pixel (blue, green, red), each row filled up to `stride` bytes. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** A multiple of four. */
  readonly stride: number;
  readonly rows: Uint8Array;
}

/** BITMAPFILEHEADER and BITMAPINFOHEADER (Windows GDI). */
const HEADER_BYTES = 54;
const INFO_BYTES = 40;
const BITS_PER_PIXEL = 24;

/** The simplest file that `Bun.Image` reads: it takes no bare pixels. */
export function bmpFile({ width, height, stride, rows }: Bitmap): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(HEADER_BYTES + stride * height);
  const header = new DataView(file.buffer);
  file.set([0x42, 0x4d]); // BM
  header.setUint32(2, file.length, true);
  header.setUint32(10, HEADER_BYTES, true);
  header.setUint32(14, INFO_BYTES, true);
  header.setInt32(18, width, true);
  header.setInt32(22, -height, true); // negative: the first row is the top one
  header.setUint16(26, 1, true);
  header.setUint16(28, BITS_PER_PIXEL, true);
  file.set(rows, HEADER_BYTES);
  return file;
}
