import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppError } from "../../errors/app-error.ts";
import type { PdfPage } from "../pdf-page.ts";
import { makePdf, type TestPage } from "../testing/make-pdf.ts";
import { PdfFile } from "./pdf-file.ts";
import { loadPdfium, type Pdfium } from "./pdfium.ts";
import { readPage } from "./read-page.ts";

const LIMITS = { maxBytes: 1e7, maxPages: 100 };

let pdfium: Pdfium;
let folder: string;

beforeAll(async () => {
  pdfium = await loadPdfium(128 * 1024 * 1024);
  folder = await mkdtemp(join(tmpdir(), "cll-pdf-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function fileOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const path = join(folder, "some.pdf");
  await Bun.write(path, bytes);
  return path;
}

async function read(...pages: TestPage[]): Promise<PdfPage[]> {
  const file = PdfFile.open(pdfium, await fileOf(makePdf(pages)), LIMITS);
  const read = pages.map((_, index) => readPage(file, index + 1, 100_000));
  file.close();
  return read;
}

async function textOf(page: TestPage): Promise<string> {
  return (await read(page))[0]?.text ?? "";
}

/** A line of text somewhere on the page. */
function at(x: number, y: number, text: string): string {
  return `BT /F1 11 Tf ${x} ${y} Td (${text}) Tj ET`;
}

describe("text", () => {
  test("comes as lines, with an empty one between paragraphs", async () => {
    const lines = ["First line", "second line", 14, "Next paragraph", "goes on", "and on"];
    expect(await textOf({ lines })).toBe("First line\nsecond line\n\nNext paragraph\ngoes on\nand on");
  });

  test("keeps accents, and hyphenated words become whole again", async () => {
    expect(await textOf({ lines: ["Caf\u00e9 Z\u00fcrich has a suffi-", "cient menu"] })).toBe(
      "Café Zürich has a sufficient menu",
    );
  });

  test("with accents drawn over letters has letters with accents", async () => {
    const overlaid = "BT /F1 11 Tf 72 700 Td (caf) Tj 15.9 0 Td (\u00b4) Tj -1.23 0 Td (e) Tj ET";
    expect(await textOf({ content: overlaid })).toBe("café");
    expect(await textOf({ lines: ["type `ls` here"] })).toBe("type `ls` here");
  });

  test.each([90, 180, 270])("of a page turned by %d degrees is in order", async (rotate) => {
    const lines = ["First line of it", "second line of it", "third line of it"];
    expect(await textOf({ lines, rotate })).toBe(lines.join("\n"));
  });

  test("written sideways is in order", async () => {
    const sideways = ["First line of it", "second line of it", "third line of it"].map(
      (text, index) => `BT /F1 11 Tf 0 1 -1 0 ${100 + index * 14} 100 Tm (${text}) Tj ET`,
    );
    expect(await textOf({ content: sideways.join("\n") })).toBe(
      "First line of it\nsecond line of it\nthird line of it",
    );
  });

  test("in columns is read column by column, as it was written", async () => {
    const content = [at(72, 700, "left one"), at(72, 686, "left two"), at(320, 700, "right one")].join("\n");
    expect(await textOf({ content })).toBe("left one\nleft two\nright one");
  });

  test("in a table is read row by row, with tabs between the cells", async () => {
    const content = ["Region", "Units", "North", "120"].map((cell, index) =>
      at(72 + (index % 2) * 120, 700 - Math.floor(index / 2) * 14, cell),
    );
    expect(await textOf({ content: content.join("\n") })).toBe("Region\tUnits\nNorth\t120");
  });

  test("of a cell with two lines does not run together", async () => {
    const content = [at(72, 700, "North"), at(192, 706, "a cell with"), at(192, 694, "two lines")].join("\n");
    expect(await textOf({ content })).toBe("North\ta cell with\ntwo lines");
  });

  test("keeps a raised sign at the word it belongs to", async () => {
    const content = `BT /F1 11 Tf 72 700 Td (E = mc) Tj /F1 7 Tf 5 Ts (2) Tj /F1 11 Tf 0 Ts ( holds) Tj ET`;
    expect(await textOf({ content })).toBe("E = mc2 holds");
  });

  test("of forms stands behind its label", async () => {
    const page: TestPage = {
      content: [at(72, 700, "Name"), at(72, 672, "City")].join("\n"),
      fields: [
        { x: 120, y: 697, value: "Ada Lovelace" },
        { x: 120, y: 669, value: "London" },
      ],
    };
    expect(await textOf(page)).toBe("Name Ada Lovelace\nCity London");
  });

  test("ends where it may", async () => {
    const file = PdfFile.open(pdfium, await fileOf(makePdf([{ lines: ["one two three"] }])), LIMITS);
    expect(readPage(file, 1, 7).text).toBe("one two");
    file.close();
  });
});

test("tells what there is to read on a page", async () => {
  const stamp = at(72, 40, "Scan 12");
  const pages = await read(
    { lines: ["A few words"] },
    { isScan: true },
    { isScan: true, content: stamp },
    {},
  );
  expect(pages.map(({ kind }) => kind)).toEqual(["text", "picture", "picture", "blank"]);
  expect(pages.map(({ page, pages }) => `${page}/${pages}`)).toEqual(["1/4", "2/4", "3/4", "4/4"]);
});

test("a damaged page does not keep the others from being read", async () => {
  const intact = new TextDecoder("latin1").decode(makePdf([{ lines: ["one"] }, { lines: ["two"] }]));
  const damaged = intact.replace("<< /Type /Page /Parent", "42 % Type /Page /Parent");
  const bytes = Uint8Array.from(damaged, (character) => character.charCodeAt(0));
  const file = PdfFile.open(pdfium, await fileOf(bytes), LIMITS);
  expect([1, 2].map((page) => readPage(file, page, 1000))).toEqual([
    { page: 1, pages: 2, kind: "damaged", text: "" },
    { page: 2, pages: 2, kind: "text", text: "two" },
  ]);
  file.close();
});

describe("what cannot be opened", () => {
  const whole = makePdf([{ lines: ["Hello"] }, { lines: ["there"] }]);

  async function codeAndMessage(bytes: Uint8Array<ArrayBuffer>, limits = LIMITS): Promise<string> {
    const path = await fileOf(bytes);
    try {
      PdfFile.open(pdfium, path, limits).close();
      return "opened";
    } catch (error) {
      const { code, message } = error as AppError;
      return `${code}: ${message}`;
    }
  }

  test("is said plainly", async () => {
    const zip = Uint8Array.from("PK\x03\x04 some archive", (character) => character.charCodeAt(0));
    expect(await codeAndMessage(new Uint8Array())).toBe("PDF_INVALID: The PDF is an empty file.");
    expect(await codeAndMessage(zip)).toStartWith("PDF_INVALID: The file is no PDF. It is an archive");
    expect(await codeAndMessage(whole.slice(0, 300))).toBe(
      "PDF_INVALID: The PDF is damaged or incomplete and cannot be opened.",
    );
    expect(await codeAndMessage(makePdf([]))).toStartWith("PDF_INVALID: ");
    expect(await codeAndMessage(whole, { maxBytes: 100, maxPages: 9 })).toStartWith("PDF_TOO_LARGE: ");
    expect(await codeAndMessage(whole, { maxBytes: 1e6, maxPages: 1 })).toBe(
      "PDF_TOO_LARGE: The PDF has 2 pages; at most 1 are read.",
    );
  });

  test("leaves the reader usable", async () => {
    for (let round = 0; round < 50; round += 1) await codeAndMessage(whole.slice(0, 300));
    expect(await codeAndMessage(whole)).toBe("opened");
  });
});

test("a page that takes too much memory is refused, and the library says that it cannot go on", async () => {
  const small = await loadPdfium(24 * 1024 * 1024);
  const content = "0 0 m 1 1 l S\n".repeat(200_000);
  const file = PdfFile.open(small, await fileOf(makePdf([{ content }])), LIMITS);
  expect(() => readPage(file, 1, 1000)).toThrow("The PDF takes more memory than it may.");
  expect(small.state.isBroken).toBe(true);
  expect(small.memory.buffer.byteLength).toBeLessThanOrEqual(1.2 * 24 * 1024 * 1024);
});
