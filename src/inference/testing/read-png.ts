import { inflateSync } from "node:zlib";

const SIGNATURE_BYTES = 8;
/** Of a chunk: its length and type before the data, its checksum behind. */
const CHUNK_HEAD = 8;
const CHUNK_BYTES = 12;

/** The pixels of a PNG with 8 bits for each of red, green, blue and opacity, as our own encoder writes them. */
export function readPng(png: Uint8Array): {
  width: number;
  height: number;
  at(x: number, y: number): number[];
} {
  const file = Buffer.from(png);
  const data: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at < file.length; at += CHUNK_BYTES + file.readUInt32BE(at)) {
    if (file.toString("ascii", at + 4, at + CHUNK_HEAD) !== "IDAT") continue;
    data.push(file.subarray(at + CHUNK_HEAD, at + CHUNK_HEAD + file.readUInt32BE(at)));
  }
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const pixels = unfilter(inflateSync(Buffer.concat(data)), width * 4);
  return {
    width,
    height,
    at: (x, y) => [...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)],
  };
}

/** Each row begins with how it was predicted from the pixels to the left, above, and left above. */
function unfilter(rows: Buffer, rowBytes: number): Buffer {
  const pixels = Buffer.alloc((rows.length / (rowBytes + 1)) * rowBytes);
  for (let index = 0; index < pixels.length; index++) {
    const [row, column] = [Math.floor(index / rowBytes), index % rowBytes];
    const left = column < 4 ? 0 : (pixels[index - 4] ?? 0);
    const up = row === 0 ? 0 : (pixels[index - rowBytes] ?? 0);
    const corner = row === 0 || column < 4 ? 0 : (pixels[index - rowBytes - 4] ?? 0);
    const filter = rows[row * (rowBytes + 1)] ?? 0;
    const predicted = [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter] ?? 0;
    pixels[index] = (rows[row * (rowBytes + 1) + 1 + column] ?? 0) + predicted;
  }
  return pixels;
}

function nearest(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const distances = [left, up, corner].map((value) => Math.abs(guess - value));
  return [left, up, corner][distances.indexOf(Math.min(...distances))] ?? 0;
}
