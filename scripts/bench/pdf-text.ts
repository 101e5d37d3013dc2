// Reads PDFs as the service does and as poppler's pdftotext does, and compares words, their order and the processor time.
// `bun scripts/bench/pdf-text.ts [--folder FOLDER] [--json FILE]`; FOLDER: see pdf/pdf-corpus.ts, without it one is made.
// Needs pdftotext (poppler-utils).
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { atExit, temporaryFolder } from "../../src/e2e/at-exit.ts";
import { agreement, pairsOf, wordsOf } from "./pdf/agreement.ts";
import { readPdf, readWithPdftotext } from "./pdf/read-pdf.ts";
import { beginBench } from "./report/report.ts";

/** PDFs that are read before the measuring begins. */
const WARM_UP = 3;

const { report, options } = beginBench({ folder: "" });
const work = await temporaryFolder("cll-pdf-text-");

/** With the programs that are there; those that are missing are named. */
async function makeCorpus(): Promise<string> {
  const script = join(import.meta.dir, "pdf/pdf-corpus.ts");
  const folder = join(work.path, "corpus");
  // A group of its own, so that the programs that make PDFs end with it.
  const child = Bun.spawn([process.execPath, script, folder], {
    detached: true,
    stdio: ["ignore", 2, "inherit"],
  });
  const forget = atExit(() => process.kill(-child.pid, "SIGKILL"));
  const code = await child.exited;
  forget();
  if (code !== 0) throw new Error(`the PDFs could not be made: exit code ${code}`);
  return folder;
}

interface Compared {
  readonly cpuMs: number;
  readonly pdftotextMs: number;
  /** In percent: words that both have, and pairs of words. */
  readonly words: number;
  readonly order: number;
}

async function compare(folder: string, file: string): Promise<Compared> {
  const path = join(folder, file);
  const own = readPdf(path);
  const other = await readWithPdftotext(path, work.path);
  const rows = await readWithPdftotext(path, work.path, "-layout");
  const [words, otherWords] = [wordsOf(own.text), wordsOf(other.text)];
  const pairs = pairsOf(words);
  // The better one of its two orders.
  const orders = [otherWords, wordsOf(rows.text)].map((theirs) => agreement(pairs, pairsOf(theirs)));
  const compared = {
    ...{ cpuMs: own.cpuMs, pdftotextMs: other.cpuMs },
    ...{ words: agreement(words, otherWords), order: Math.max(...orders) },
  };
  const name = `${basename(file, ".pdf")} (pages: ${own.pages}, ${own.kinds.join(", ")})`;
  report.add(
    {
      name: `${name}: words as pdftotext`,
      value: compared.words,
      unit: "%",
      beside: { what: "in its order", value: compared.order },
    },
    {
      name: `${name}: processor time`,
      value: own.cpuMs,
      unit: "ms",
      beside: { what: "pdftotext", value: other.cpuMs },
    },
  );
  return compared;
}

async function compareAll(): Promise<void> {
  const folder = options.folder === "" ? await makeCorpus() : options.folder;
  const files = (await readdir(folder)).filter((name) => name.endsWith(".pdf")).sort();
  // Until the code is compiled.
  for (const file of files.slice(0, WARM_UP)) readPdf(join(folder, file));
  const all: Compared[] = [];
  for (const file of files) all.push(await compare(folder, file));
  const sum = (of: (each: Compared) => number) => all.reduce((total, each) => total + of(each), 0);
  const [own, other] = [sum(({ cpuMs }) => cpuMs), sum(({ pdftotextMs }) => pdftotextMs)];
  report.add(
    {
      name: "all PDFs: words as pdftotext, mean",
      value: sum(({ words }) => words) / all.length,
      unit: "%",
      beside: { what: "in its order", value: sum(({ order }) => order) / all.length },
    },
    {
      name: "all PDFs: processor time ÷ pdftotext's",
      value: own / other,
      unit: "×",
      beside: { what: "pdftotext", value: other, unit: "ms" },
    },
  );
}

if (Bun.which("pdftotext") === null) {
  report.skip("PDF text", "there is no pdftotext to compare with (apt install poppler-utils)");
} else await compareAll();
await report.end();
work.remove();
