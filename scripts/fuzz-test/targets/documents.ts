import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import * as fc from "fast-check";
import { Documents } from "../../../src/documents/documents.ts";
import { makePdf } from "../../../src/documents/testing/make-pdf.ts";
import { makePng } from "../../../src/documents/testing/make-png.ts";
import { AppError } from "../../../src/errors/app-error.ts";
import { createLogger } from "../../../src/observability/create-logger.ts";
import { systemTimers } from "../../../src/timers.ts";
import { Random } from "../../chaos-test/random.ts";
import { residentBytes } from "../../resident-bytes.ts";
import { damaged } from "../damage.ts";
import type { Target } from "../target.ts";

/** What a damaged file may end with. */
const EXPECTED = new Set([
  "PDF_INVALID",
  "PDF_ENCRYPTED",
  "PDF_TOO_LARGE",
  "IMAGE_INVALID",
  "IMAGE_TOO_LARGE",
  "DOCUMENT_TIMEOUT",
]);
/** Of original files; larger ones take long and show nothing else. */
const MAX_ORIGINAL = 300_000;
const MAX_FILE = 50_000_000;
const ANSWER_MS = 10_000;
const PICTURE_LIMITS = { maxPixels: 50e6, maxSide: 512 } as const;
const PAGES = 3;
const SAMPLES = join(import.meta.dir, "../../../src/documents/testing");

interface Original {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Input {
  readonly original: Original;
  readonly seed: number;
}

/** Damaged PDFs, read and drawn in the process that reads documents. */
export async function pdfs(): Promise<Target<Input>> {
  const pages = [
    { lines: ["Some text", 20, "and more"] },
    { isScan: true },
    { lines: ["turned"], rotate: 90 },
  ];
  const originals = [
    { name: "made.pdf", bytes: makePdf(pages) },
    { name: "form.pdf", bytes: makePdf([{ fields: [{ x: 9, y: 9, value: "in it" }] }]) },
    ...(await samples(/\.pdf$/)),
  ];
  return documentTarget(originals, readPdf, makePdf([{ lines: ["still read"] }]));
}

/** Damaged pictures, made ready for a model in the process that reads documents. */
export async function pictures(): Promise<Target<Input>> {
  const png = makePng(40, 30, [200, 100, 50, 128]);
  const image = new Bun.Image(png);
  const originals = [
    { name: "made.png", bytes: png },
    { name: "made.jpg", bytes: await image.jpeg().bytes() },
    { name: "made.webp", bytes: await image.webp().bytes() },
    ...(await samples(/\.(jpe?g|png|gif|bmp|webp|tiff?)$/)),
  ];
  return documentTarget(originals, readPicture, png);
}

type Read = (documents: Documents, path: string, signal: AbortSignal) => Promise<void>;

async function documentTarget(
  originals: readonly Original[],
  read: Read,
  sound: Uint8Array,
): Promise<Target<Input>> {
  const folder = await mkdtemp(join(tmpdir(), "cll-fuzz-"));
  const path = join(folder, "document");
  const documents = new Documents({
    folder: join(folder, "pictures"),
    maxFileSize: MAX_FILE,
    timers: systemTimers,
    logger: createLogger({ level: "error", secrets: [], outputs: [] }),
    answerMs: ANSWER_MS,
  });
  const feed = async (bytes: Uint8Array): Promise<string> => {
    await Bun.write(path, bytes);
    try {
      await read(documents, path, AbortSignal.timeout(5 * ANSWER_MS));
      return "read";
    } catch (error) {
      if (!(error instanceof AppError) || !EXPECTED.has(error.code)) throw error;
      return error.code;
    }
  };
  return {
    inputs: fc.record({ original: fc.constantFrom(...originals), seed: fc.nat() }),
    check: ({ original, seed }) => feed(damaged(original.bytes, new Random(seed))),
    residentBytes: () => residentBytes(documents.status().pid ?? 0),
    maxGrowth: 128e6,
    describe: ({ original, seed }) => `${original.name}, damaged with the seed ${seed}`,
    async end() {
      const last = await feed(sound);
      const left = await readdir(join(folder, "pictures")).catch(() => []);
      await documents.stop();
      await rm(folder, { recursive: true });
      if (last !== "read") throw new Error(`a sound file ends with ${last} afterwards`);
      if (left.length > 0) throw new Error(`pictures were left: ${left.join(", ")}`);
    },
  };
}

async function readPdf(documents: Documents, path: string, signal: AbortSignal): Promise<void> {
  for await (const { page } of documents.readPdf(path, { signal })) {
    if (page > PAGES) return;
    await documents.withPdfPage(
      path,
      page,
      { signal, maxSide: PICTURE_LIMITS.maxSide },
      async () => undefined,
    );
  }
}

async function readPicture(documents: Documents, path: string, signal: AbortSignal): Promise<void> {
  await documents.withPicture(path, { signal, ...PICTURE_LIMITS }, async () => undefined);
}

async function samples(names: RegExp): Promise<Original[]> {
  const found: Original[] = [];
  for (const name of await readdir(SAMPLES)) {
    const file = Bun.file(join(SAMPLES, name));
    if (names.test(extname(name)) && file.size <= MAX_ORIGINAL)
      found.push({ name, bytes: await file.bytes() });
  }
  return found;
}
