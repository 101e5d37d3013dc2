import { deflateSync } from "node:zlib";
import type { Size } from "../../canvus/widget.ts";

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
/** Radius of the rounded corners and of the dot, as shares of the width. */
const CORNER = 0.18;
const DOT = 0.24;
const VIOLET = [0x6d, 0x4a, 0xff, 0xff];
const WHITE = [0xff, 0xff, 0xff, 0xff];
const CLEAR = [0, 0, 0, 0];

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(Bun.hash.crc32(body), body.length + 4);
  return framed;
}

function pixel(x: number, y: number, { width, height }: Size): readonly number[] {
  const radius = CORNER * width;
  const cornerX = Math.max(radius - x, x - (width - radius), 0);
  const cornerY = Math.max(radius - y, y - (height - radius), 0);
  if (Math.hypot(cornerX, cornerY) > radius) return CLEAR;
  return Math.hypot(x - width / 2, y - height / 2) < DOT * width ? WHITE : VIOLET;
}

/** A violet card with a white dot: stands in for the artwork of the AI icons. */
export function drawIcon(size: Size): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size.width, 0);
  header.writeUInt32BE(size.height, 4);
  // 8 bits per channel, RGBA.
  header.set([8, 6, 0, 0, 0], 8);
  const rows: number[] = [];
  for (let y = 0; y < size.height; y++) {
    rows.push(0);
    for (let x = 0; x < size.width; x++) rows.push(...pixel(x, y, size));
  }
  const parts = [
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return new Uint8Array(Buffer.concat([SIGNATURE, ...parts]));
}
