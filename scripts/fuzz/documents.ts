// Feeds damaged PDFs and pictures to the process that reads documents, and looks whether each gets its result or a clear
// error in time, and whether a sound PDF is still read afterwards.
// `bun scripts/fuzz/documents.ts [--files 1000] [--seed 1] [FOLDER]`: FOLDER holds further files to damage, for example
// those of scripts/bench/pdf-corpus.ts. Exits with 1 when something is not as it should be.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { parseArgs } from "node:util";
import { encodeImage } from "utif2";
import { Documents } from "../../src/documents/documents.ts";
import { makePdf } from "../../src/documents/testing/make-pdf.ts";
import { makePng } from "../../src/documents/testing/make-png.ts";
import { AppError } from "../../src/errors/app-error.ts";
import { createLogger } from "../../src/observability/create-logger.ts";
import { systemTimers } from "../../src/timers.ts";
import { Random } from "../chaos-test/random.ts";
import { damaged } from "./damage.ts";

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { files: { type: "string", default: "1000" }, seed: { type: "string", default: "1" } },
  allowPositionals: true,
});
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
const ANSWER_MS = 10_000;

interface Original {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isPdf: boolean;
}

async function originals(): Promise<Original[]> {
  const testing = join(import.meta.dir, "../../src/documents/testing");
  const pages = [
    { lines: ["Some text", 20, "and more"] },
    { isScan: true },
    { lines: ["turned"], rotate: 90 },
  ];
  const png = makePng(40, 30, [200, 100, 50, 128]);
  const image = new Bun.Image(png);
  const made: Original[] = [
    { name: "made.pdf", bytes: makePdf(pages), isPdf: true },
    { name: "form.pdf", bytes: makePdf([{ fields: [{ x: 9, y: 9, value: "in it" }] }]), isPdf: true },
    { name: "made.png", bytes: png, isPdf: false },
    { name: "made.jpg", bytes: await image.jpeg().bytes(), isPdf: false },
    { name: "made.tiff", bytes: new Uint8Array(encodeImage(new Uint8Array(4800), 40, 30)), isPdf: false },
    { name: "made.webp", bytes: await image.webp().bytes(), isPdf: false },
  ];
  for (const folder of [testing, ...positionals]) {
    for (const name of await readdir(folder)) {
      const file = Bun.file(join(folder, name));
      const isPdf = extname(name) === ".pdf";
      if ((isPdf || /\.(jpe?g|png|gif|bmp|webp|tiff?)$/.test(name)) && file.size <= MAX_ORIGINAL)
        made.push({ name, bytes: await file.bytes(), isPdf });
    }
  }
  return made;
}

const folder = await mkdtemp(join(tmpdir(), "cll-fuzz-"));
const random = new Random(Number(values.seed));
const logger = createLogger({ level: "error", secrets: [], outputs: [] });
const documents = new Documents({
  folder: join(folder, "pictures"),
  maxFileSize: 50_000_000,
  timers: systemTimers,
  logger,
  answerMs: ANSWER_MS,
});
const sound = join(folder, "sound.pdf");
await Bun.write(sound, makePdf([{ lines: ["still read"] }]));
const seeds = await originals();
const outcomes = new Map<string, number>();
const faults: string[] = [];
let slowest = 0;

/** @returns the code of the error, or "read" */
async function outcome(path: string, isPdf: boolean): Promise<string> {
  const signal = AbortSignal.timeout(10 * ANSWER_MS);
  try {
    if (!isPdf) {
      await documents.withPicture(path, { signal, maxPixels: 50e6, maxSide: 512 }, async () => undefined);
      return "read";
    }
    for await (const { page } of documents.readPdf(path, { signal })) {
      if (page > 3) break;
      await documents.withPdfPage(path, page, { signal, maxSide: 512 }, async () => undefined);
    }
    return "read";
  } catch (error) {
    return error instanceof AppError ? error.code : `thrown: ${error}`;
  }
}

for (let index = 0; index < Number(values.files); index += 1) {
  const original = random.pick(seeds);
  const path = join(folder, `damaged-${index}`);
  await Bun.write(path, damaged(original.bytes, random));
  const begun = performance.now();
  const result = await outcome(path, original.isPdf);
  slowest = Math.max(slowest, performance.now() - begun);
  const line = result === "DOCUMENT_TIMEOUT" ? `${result} of ${original.name}` : result;
  outcomes.set(line, (outcomes.get(line) ?? 0) + 1);
  if (result === "read" || EXPECTED.has(result)) await rm(path);
  else faults.push(`${result}: ${path}, from ${original.name}`);
}
if ((await outcome(sound, true)) !== "read") faults.push("a sound PDF is not read any more");
const { restarts } = documents.status();
const left = await readdir(join(folder, "pictures"));
if (left.length > 0) faults.push(`pictures were left: ${left.join(", ")}`);
await documents.stop();
process.stdout.write(`${[...outcomes].map(([code, count]) => `${count} ${code}`).join(", ")}\n`);
process.stdout.write(`slowest ${Math.round(slowest)} ms, ${restarts} processes ended\n`);
for (const fault of faults) process.stdout.write(`NOT AS IT SHOULD BE: ${fault}\n`);
if (faults.length === 0) await rm(folder, { recursive: true });
process.exitCode = faults.length === 0 ? 0 : 1;
