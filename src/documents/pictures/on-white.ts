import { inflateSync } from "node:zlib";
import { bmpFile } from "./bmp.ts";

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around the data of a chunk. */
const CHUNK_BYTES = 12;
/** Colour types of PNG (W3C, 11.2.1). */
const RGB_WITH_ALPHA = 6;

/**
 * Lays a transparent picture on white: models look at the colour only, which is black in most programs where a picture
 * is transparent, and black letters on it could not be seen.
 * @param png as `Bun.Image` writes it: eight bits a channel, not interlaced
 * @returns the same picture without transparency, as PNG or BMP
 */
export function onWhite(png: Uint8Array): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const width = view.getUint32(SIGNATURE_BYTES + 8);
  const height = view.getUint32(SIGNATURE_BYTES + 12);
  if (png[SIGNATURE_BYTES + 17] !== RGB_WITH_ALPHA) return png;
  const rows = inflateSync(imageData(png, view));
  const stride = Math.ceil((width * 3) / 4) * 4;
  const target = new Uint8Array(stride * height);
  const row = new Uint8Array(width * 4);
  for (let y = 0; y < height; y += 1) {
    const start = y * (width * 4 + 1);
    unfilter(rows.subarray(start + 1, start + 1 + width * 4), rows[start] ?? 0, row);
    for (let x = 0, to = y * stride; x < width; x += 1, to += 3) {
      const from = x * 4;
      const alpha = row[from + 3] ?? 0;
      const white = 255 * (255 - alpha);
      target[to] = ((row[from + 2] ?? 0) * alpha + white) / 255;
      target[to + 1] = ((row[from + 1] ?? 0) * alpha + white) / 255;
      target[to + 2] = ((row[from] ?? 0) * alpha + white) / 255;
    }
  }
  return bmpFile({ width, height, stride, rows: target });
}

function imageData(png: Uint8Array, view: DataView): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = SIGNATURE_BYTES; at + CHUNK_BYTES <= png.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type === "IDAT") parts.push(png.subarray(at + 8, at + 8 + length));
    at += CHUNK_BYTES + length;
  }
  return Buffer.concat(parts);
}

/**
 * Undoes the filter of a row (PNG, chapter 9).
 * @param row holds the row above and gets this one
 */
function unfilter(filtered: Uint8Array, filter: number, row: Uint8Array): void {
  const above = filter === 4 ? row.slice() : row;
  for (let x = 0; x < filtered.length; x += 1) {
    const left = x < 4 ? 0 : (row[x - 4] ?? 0);
    const up = above[x] ?? 0;
    const upLeft = x < 4 ? 0 : (above[x - 4] ?? 0);
    row[x] = (filtered[x] ?? 0) + predicted(filter, left, up, upLeft);
  }
}

function predicted(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  return filter === 4 ? paeth(left, up, upLeft) : 0;
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toUpLeft = Math.abs(estimate - upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
