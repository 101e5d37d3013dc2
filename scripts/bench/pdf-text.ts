// Reads PDFs as the service does and as poppler's pdftotext does, and compares words, their order and the processor time.
// `bun scripts/bench/pdf-text.ts [--json] FOLDER`; FOLDER: see pdf-corpus.ts. Needs pdftotext (poppler-utils).
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { PdfFile } from "../../src/documents/pdf/pdf-file.ts";
import { loadPdfium } from "../../src/documents/pdf/pdfium.ts";
import { readPage } from "../../src/documents/pdf/read-page.ts";
import { AppError } from "../../src/errors/app-error.ts";

const MAX_PDFIUM_BYTES = 512 * 1024 * 1024;
const LIMITS = { maxBytes: 1024 ** 3, maxPages: 10_000 };
const MAX_CHARACTERS = 1_000_000;

interface Result {
  readonly file: string;
  readonly pages: number;
  readonly words: number;
  /** Processor time, in ms. */
  readonly cpu_ms: number;
  readonly pdftotext_cpu_ms: number;
  /** Words of pdftotext that are there, and words that are there and of pdftotext (F1), in percent. */
  readonly words_percent: number;
  /** The same of pairs of words that follow each other; the better one of pdftotext's two orders. */
  readonly order_percent: number;
  readonly outcome: string;
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { json: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [folder] = positionals;
if (folder === undefined || Bun.which("pdftotext") === null) {
  process.stderr.write("usage: bun scripts/bench/pdf-text.ts [--json] FOLDER   (needs pdftotext)\n");
  process.exit(2);
}

const pdfium = await loadPdfium(MAX_PDFIUM_BYTES);
const work = await mkdtemp(join(tmpdir(), "cll-pdf-text-"));

/** What pdftotext makes of ligatures in LaTeX's old fonts: their positions in the font. */
const LIGATURES = ["ff", "fi", "fl", "ffi", "ffl"];
const FIRST_LIGATURE = 0x1b;

/** Words as people count them: letters and digits; how ligatures are written makes no difference. */
function wordsOf(text: string): string[] {
  const letters = LIGATURES.reduce(
    (done, ligature, index) => done.replaceAll(String.fromCharCode(FIRST_LIGATURE + index), ligature),
    text,
  );
  return letters.normalize("NFKC").match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

function pairsOf(words: readonly string[]): string[] {
  return words.slice(1).map((word, index) => `${words[index]} ${word}`);
}

/** What two lists have in common, in percent; their order makes no difference. */
function agreement(one: readonly string[], other: readonly string[]): number {
  if (one.length + other.length === 0) return 100;
  const counts = new Map<string, number>();
  for (const each of one) counts.set(each, (counts.get(each) ?? 0) + 1);
  let common = 0;
  for (const each of other) {
    const left = counts.get(each) ?? 0;
    if (left > 0) common += 1;
    counts.set(each, left - 1);
  }
  return (200 * common) / (one.length + other.length);
}

async function pdftotext(path: string, ...options: string[]): Promise<{ text: string; cpuMs: number }> {
  const target = join(work, "text");
  await rm(target, { force: true });
  const child = Bun.spawnSync(["pdftotext", "-q", ...options, path, target]);
  const file = Bun.file(target);
  const cpuMs = Number(child.resourceUsage.cpuTime.total) / 1000;
  return { text: (await file.exists()) ? await file.text() : "", cpuMs };
}

function ours(path: string): { text: string; pages: number; cpuMs: number; outcome: string } {
  const begun = process.cpuUsage();
  const texts: string[] = [];
  const kinds = new Set<string>();
  try {
    const file = PdfFile.open(pdfium, path, LIMITS);
    for (let page = 1; page <= file.pages; page += 1) {
      const read = readPage(file, page, MAX_CHARACTERS);
      texts.push(read.text);
      kinds.add(read.kind);
    }
    file.close();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    kinds.add(error.code);
  }
  const { user, system } = process.cpuUsage(begun);
  const outcome = [...kinds].sort().join(", ");
  return { text: texts.join("\n"), pages: texts.length, cpuMs: (user + system) / 1000, outcome };
}

async function compare(file: string): Promise<Result> {
  const path = join(folder ?? "", file);
  ours(path); // until the code is compiled
  const mine = ours(path);
  const theirs = await pdftotext(path);
  const rows = await pdftotext(path, "-layout");
  const words = wordsOf(mine.text);
  const order = [theirs, rows].map(({ text }) => agreement(pairsOf(words), pairsOf(wordsOf(text))));
  return {
    file,
    pages: mine.pages,
    words: words.length,
    cpu_ms: mine.cpuMs,
    pdftotext_cpu_ms: theirs.cpuMs,
    words_percent: agreement(words, wordsOf(theirs.text)),
    order_percent: Math.max(...order),
    outcome: mine.outcome,
  };
}

function row(cells: readonly string[]): string {
  const widths = [26, 6, 9, 9, 10, 7, 7, 7];
  return cells
    .map((cell, index) => (index === 0 ? cell.padEnd(26) : cell.padStart(widths[index] ?? 0)))
    .join(" ");
}

const results: Result[] = [];
if (!values.json)
  process.stdout.write(
    `${row(["file", "pages", "words", "ms", "pdftotext", "speed", "words %", "order %", "found"])}\n`,
  );
for (const file of (await readdir(folder)).filter((name) => name.endsWith(".pdf")).sort()) {
  const result = await compare(file);
  results.push(result);
  if (values.json) continue;
  const numbers = [
    `${result.pages}`,
    `${result.words}`,
    result.cpu_ms.toFixed(0),
    result.pdftotext_cpu_ms.toFixed(0),
    (result.pdftotext_cpu_ms / result.cpu_ms).toFixed(2),
    result.words_percent.toFixed(1),
    result.order_percent.toFixed(1),
    `  ${result.outcome}`,
  ];
  process.stdout.write(`${row([file, ...numbers])}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
await rm(work, { recursive: true });
