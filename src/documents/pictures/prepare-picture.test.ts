import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { encodeImage } from "utif2";
import { bmpFile } from "../../bmp-file.ts";
import { makePng } from "../testing/make-png.ts";
import { preparePicture } from "./prepare-picture.ts";

const LIMITS = { maxBytes: 1e6, maxPixels: 50e6, maxSide: 40 };
const RED = [255, 0, 0, 255] as const;
const CMYK = join(import.meta.dir, "../testing/cmyk.jpg");

let folder: string;
let path: string;
let target: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-picture-"));
  path = join(folder, "some picture");
  target = join(folder, "prepared");
});

afterAll(() => rm(folder, { recursive: true }));

async function prepare(bytes: Uint8Array, limits: Partial<typeof LIMITS> = {}) {
  await Bun.write(path, bytes);
  const size = await preparePicture({ path, target, ...LIMITS, ...limits });
  const { format } = await new Bun.Image(target).metadata();
  return { ...size, format };
}

function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    ({ code, message }) => `${code}: ${message}`,
  );
}

/** The colour of the first pixel of what was prepared. */
async function colour(): Promise<number[]> {
  const png = await new Bun.Image(target).png({ compressionLevel: 0 }).bytes();
  const data = png.subarray(Buffer.from(png).indexOf("IDAT") + 4);
  return [...inflateSync(data).subarray(1, 4)];
}

function jpeg(width: number, height: number): Promise<Uint8Array> {
  return new Bun.Image(makePng(width, height, RED)).jpeg().bytes();
}

/** Puts an EXIF segment in that says the camera was held upright: turn it by 90 degrees. */
function turned(picture: Uint8Array): Uint8Array {
  const exif = Buffer.from(
    "ffe10022457869660000" + "4d4d002a00000008" + "0001" + "011200030000000100060000" + "00000000",
    "hex",
  );
  return Buffer.concat([picture.subarray(0, 2), exif, picture.subarray(2)]);
}

test("a picture that cannot be written is the disk's fault, and says so", async () => {
  await Bun.write(path, makePng(2, 2, RED));
  // What is a folder cannot be written to, which a full disk cannot either.
  const unwritable = preparePicture({ path, ...LIMITS, target: folder });
  expect(await failure(unwritable)).toBe(
    "DOWNLOAD_NOT_SAVED: The picture could not be saved for reading (EISDIR).",
  );
});

describe("a picture", () => {
  test("is scaled to the longer side, never enlarged", async () => {
    expect(await prepare(makePng(80, 20, RED))).toEqual({ width: 40, height: 10, format: "png" });
    expect(await prepare(makePng(8, 2, RED))).toEqual({ width: 8, height: 2, format: "png" });
    expect(await colour()).toEqual([255, 0, 0]);
  });

  test("is a JPEG when it was one, else a PNG", async () => {
    expect(await prepare(await jpeg(80, 20))).toEqual({ width: 40, height: 10, format: "jpeg" });
    const webp = await new Bun.Image(makePng(80, 20, RED)).webp().bytes();
    expect(await prepare(webp)).toMatchObject({ width: 40, format: "png" });
    const bmp = bmpFile({
      width: 2,
      height: 1,
      stride: 8,
      rows: new Uint8Array([0, 0, 255, 0, 0, 255, 0, 0]),
    });
    expect(await prepare(bmp)).toEqual({ width: 2, height: 1, format: "png" });
    expect(await colour()).toEqual([255, 0, 0]);
    const gif = Buffer.from("R0lGODlhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=", "base64");
    expect(await prepare(gif)).toEqual({ width: 1, height: 1, format: "png" });
    expect(await colour()).toEqual([255, 0, 0]);
  });

  test("may be a TIFF", async () => {
    const rgba = Uint8Array.from({ length: 80 * 20 * 4 }, (_, index) =>
      index % 4 === 0 || index % 4 === 3 ? 255 : 0,
    );
    const tiff = new Uint8Array(encodeImage(rgba, 80, 20));
    expect(await prepare(tiff)).toEqual({ width: 40, height: 10, format: "png" });
    expect(await colour()).toEqual([255, 0, 0]);
    expect(await failure(prepare(tiff, { maxPixels: 1599 }))).toBe(
      "IMAGE_TOO_LARGE: The picture has 80 × 20 pixels, which is too large.",
    );
    expect(await failure(prepare(tiff.slice(0, 30)))).toStartWith("IMAGE_INVALID: ");
  });

  test("is turned as the camera says", async () => {
    expect(await prepare(turned(await jpeg(80, 20)))).toMatchObject({ width: 10, height: 40 });
  });

  test("is laid on white where it is transparent", async () => {
    await prepare(makePng(4, 4, [0, 0, 0, 0]));
    expect(await colour()).toEqual([255, 255, 255]);
    await prepare(makePng(4, 4, [255, 0, 0, 51]));
    expect(await colour()).toEqual([255, 204, 204]);
  });

  test("in the colours of printers is read as well", async () => {
    expect(await prepare(await Bun.file(CMYK).bytes())).toMatchObject({ width: 40, format: "jpeg" });
    const [red = 0, green = 0, blue = 0] = await colour();
    expect([red > 180 && red < 210, green > 50 && green < 80, blue < 60]).toEqual([true, true, true]);
  });
});

describe("what cannot be read", () => {
  test("is refused before it is decoded when it is too large", async () => {
    const bomb = makePng(1, 1, RED, [20_000, 20_000]);
    expect(await failure(prepare(bomb))).toBe(
      "IMAGE_TOO_LARGE: The picture is too large to be read: it has more than 50 million pixels.",
    );
    expect(await failure(prepare(bomb, { maxBytes: 50 }))).toStartWith("IMAGE_TOO_LARGE: The picture has ");
  });

  test("is said plainly", async () => {
    const whole = await jpeg(80, 80);
    expect(await failure(prepare(new Uint8Array()))).toBe("IMAGE_INVALID: The picture is an empty file.");
    expect(await failure(prepare(makePng(80, 80, RED).slice(0, 60)))).toBe(
      "IMAGE_INVALID: The picture is damaged and cannot be read.",
    );
    expect(await failure(prepare(whole.slice(0, -40)))).toBe(
      "IMAGE_INVALID: The picture is incomplete: its end is missing.",
    );
    // A preview inside it has an end of its own, which does not count.
    const preview = Buffer.concat([
      turned(whole).subarray(0, 38),
      Buffer.from("ffe20006ffd90000", "hex"),
      whole,
    ]);
    expect(await failure(prepare(preview.subarray(0, -40)))).toStartWith("IMAGE_INVALID: The picture is ");
    expect(await failure(prepare(Buffer.from("II*\0 and so on")))).toStartWith("IMAGE_INVALID: ");
    expect(await failure(prepare(Buffer.from("<svg xmlns='x'/>")))).toContain("(SVG)");
    expect(await failure(prepare(Buffer.from("%PDF-1.7")))).toContain(
      "(neither PNG, JPEG, WebP, GIF, BMP nor TIFF)",
    );
  });

  test("leaves no file", async () => {
    await rm(target, { force: true });
    await failure(prepare(Buffer.from("nothing")));
    expect(await readdir(folder)).toEqual(["some picture"]);
  });
});
