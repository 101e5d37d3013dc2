import { inflateSync } from "node:zlib";
import type { TransparentBitmap } from "./on-white.ts";

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around the data of a chunk. */
const CHUNK_BYTES = 12;
/** Colour type of PNG (W3C, 11.2.1). */
const RGB_WITH_ALPHA = 6;
const PIXEL_BYTES = 4;

/**
 * The pixels of a PNG that may be transparent. `Bun.Image` gives out files only.
 * @param png as `Bun.Image` writes it: eight bits a channel, not interlaced
 * @returns null for one that cannot be transparent
 */
export function decodeTransparentPng(png: Uint8Array): TransparentBitmap | null {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const width = view.getUint32(SIGNATURE_BYTES + 8);
  const height = view.getUint32(SIGNATURE_BYTES + 12);
  if (png[SIGNATURE_BYTES + 17] !== RGB_WITH_ALPHA) return null;
  const filtered = inflateSync(imageData(png, view));
  const stride = width * PIXEL_BYTES;
  const rgba = new Uint8Array(stride * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const start = y * (stride + 1);
    const row = rgba.subarray(y * stride, (y + 1) * stride);
    unfilter(filtered.subarray(start + 1, start + 1 + stride), filtered[start] ?? 0, above, row);
    above = row;
  }
  return { width, height, rgba };
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

/** Undoes the filter of a row (PNG, chapter 9). */
function unfilter(filtered: Uint8Array, filter: number, above: Uint8Array, row: Uint8Array): void {
  for (let x = 0; x < filtered.length; x += 1) {
    const left = x < PIXEL_BYTES ? 0 : (row[x - PIXEL_BYTES] ?? 0);
    const upLeft = x < PIXEL_BYTES ? 0 : (above[x - PIXEL_BYTES] ?? 0);
    row[x] = (filtered[x] ?? 0) + predicted(filter, left, above[x] ?? 0, upLeft);
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
