import { expect, test } from "bun:test";
import { readPng } from "../testing/read-png.ts";
import { encodePng } from "./encode-png.ts";

/** Neighbours differ, so that a swapped colour, row or column shows. */
function picture(width: number, height: number) {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7) % 256);
  return { width, height, channels: 3, pixels };
}

test.each([
  [64, 48],
  [5, 3],
  [1, 1],
])("%d × %d pixels stay as they are, also where rows have to be filled up", async (width, height) => {
  const original = picture(width, height);
  const png = await encodePng(original);
  expect(await new Bun.Image(png).metadata()).toEqual({ width, height, format: "png" });
  const decoded = readPng(png);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      expect(decoded.at(x, y)).toEqual([...original.pixels.subarray(at, at + 3)]);
    }
  }
});

test("pixels that are not RGB are refused", () => {
  expect(() => encodePng({ ...picture(2, 2), channels: 4 })).toThrow("4 bytes a pixel");
});
