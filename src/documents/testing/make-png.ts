import { crc32, deflateSync } from "node:zlib";

/** A PNG of one colour (red, green, blue, alpha). `headerSize` lies about the size, as decompression bombs do. */
export function makePng(
  width: number,
  height: number,
  colour: readonly [number, number, number, number],
  headerSize: readonly [number, number] = [width, height],
): Uint8Array<ArrayBuffer> {
  const row = [0, ...Array.from({ length: width }, () => colour).flat()];
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, headerSize[0]);
  header.setUint32(4, headerSize[1]);
  header.setUint8(8, 8); // bits a channel
  header.setUint8(9, 6); // RGB with alpha
  const rows = new Uint8Array(Array.from({ length: height }, () => row).flat());
  return new Uint8Array(
    Buffer.concat([
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk("IHDR", new Uint8Array(header.buffer)),
      chunk("IDAT", deflateSync(rows)),
      chunk("IEND", new Uint8Array()),
    ]),
  );
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
