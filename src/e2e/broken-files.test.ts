import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { makePdf } from "../documents/testing/make-pdf.ts";
import { dropFile, type TestWidget } from "./canvas-files.ts";
import { Harness, TOKEN } from "./harness.ts";

// Files that cannot be read, whatever people drop: each ends as a note that says why, and nothing else suffers.

const FIXTURES = join(import.meta.dir, "../documents/testing");
const PNG_SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const whole = makePdf([{ lines: ["The new bridge opens in April."] }]);
const redCircle = await Bun.file(join(import.meta.dir, "../models/demo/red-circle.png")).bytes();

let harness: Harness;
let service: Awaited<ReturnType<Harness["runReady"]>>;

beforeAll(async () => {
  harness = await Harness.start();
  service = await harness.runReady({ RETRY_DELAY: "10ms" });
}, 60_000);

afterAll(() => harness.close());

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(Bun.hash.crc32(body), body.length + 4);
  return framed;
}

/** A PNG of one grey, small as a file and huge when it is decoded. */
function hugePng(side: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 0, 0, 0, 0], 8);
  // The rows would be 400 MB: what is there is enough to find out.
  const rows = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", rows),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The text of the new answer, as soon as it is what is expected; a description may still be growing. */
async function noteFor(
  kind: "pdfs" | "images",
  name: string,
  data: Uint8Array,
  isWhole = (text: string) => !text.startsWith("⏳"),
): Promise<string> {
  const server = { url: harness.url, token: TOKEN };
  const known = new Set(harness.canvas.answers.map(({ id }) => id));
  const widget = await dropFile(server, harness.canvas, kind, { name, data });
  const icon = kind === "pdfs" ? "AI_Icon_PDF_Precis" : "AI_Icon_Image_Analysis";
  const dropped = (await harness.helper("drop-icon", {
    canvas_id: harness.canvas.id,
    icon,
    onto: widget.id,
  })) as TestWidget;
  const note = await harness.canvas.until((canvas) =>
    canvas.answers.find(({ id, text }) => !known.has(id) && isWhole(text)),
  );
  await harness.canvas.request("DELETE", `/images/${dropped.id}`);
  return note.text;
}

async function fixture(name: string): Promise<Uint8Array> {
  return Bun.file(join(FIXTURES, name)).bytes();
}

test.each<readonly [string, "pdfs" | "images", () => Uint8Array | Promise<Uint8Array>, RegExp]>([
  ["a PDF that is cut off", "pdfs", () => whole.slice(0, 300), /damaged or incomplete/],
  [
    "garbage called PDF",
    "pdfs",
    () => Buffer.from(`%PDF-1.7\n${"garbage ".repeat(500)}`),
    /damaged or incomplete/,
  ],
  ["a PDF with a password", "pdfs", () => fixture("user-password.pdf"), /protected by a password/],
  [
    "a ZIP called PDF",
    "pdfs",
    () => Buffer.from("PK\x03\x04 some archive", "latin1"),
    /no PDF\. It is an archive/,
  ],
  ["a PDF without pages", "pdfs", () => makePdf([]), /no pages|damaged/],
  ["a PDF of one empty page", "pdfs", () => makePdf([{}]), /one page without text/],
  [
    "a picture that is cut off",
    "images",
    () => redCircle.slice(0, 200),
    /damaged|incomplete|cannot be (read|decoded)/,
  ],
  ["a picture of 20,000 × 20,000 pixels", "images", () => hugePng(20_000), /pixels/],
  [
    "garbage called PNG",
    "images",
    () => Buffer.concat([PNG_SIGNATURE, Buffer.alloc(500)]),
    /damaged|no picture|cannot be (read|decoded)/,
  ],
])("%s gets a note that says what is wrong and how to go on", async (name, kind, data, says) => {
  const text = await noteFor(kind, `${name}.${kind === "pdfs" ? "pdf" : "png"}`, await data());
  expect(text).toMatch(says);
  expect(text).toContain("What can be done: ");
  expect(text).toContain("To try again, move the AI icon a little.");
});

test("a CMYK JPEG, as printers make them, is seen like any other", async () => {
  const text = await noteFor("images", "print.jpg", await fixture("cmyk.jpg"));
  expect(text).not.toContain("Sorry");
});

test("after all that the next file is read as ever, and no crash was counted", async () => {
  await noteFor("images", "circle.png", redCircle, (text) => text === "A red circle on a white background.");
  expect(service.log.filter(({ message }) => /crash|uncaught/i.test(message))).toEqual([]);
});
