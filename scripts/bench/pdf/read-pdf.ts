import { join } from "node:path";
import { PdfFile } from "../../../src/documents/pdf/pdf-file.ts";
import { loadPdfium } from "../../../src/documents/pdf/pdfium.ts";
import { readPage } from "../../../src/documents/pdf/read-page.ts";
import { AppError } from "../../../src/errors/app-error.ts";

const MAX_PDFIUM_BYTES = 512 * 1024 * 1024;
const LIMITS = { maxBytes: 1024 ** 3, maxPages: 10_000 };
const MAX_CHARACTERS = 1_000_000;

export interface PdfText {
  readonly text: string;
  /** Processor time. */
  readonly cpuMs: number;
}

export interface OwnPdfText extends PdfText {
  readonly pages: number;
  /** What its pages are, or the code of the error that ended the reading. */
  readonly kinds: readonly string[];
}

const pdfium = await loadPdfium(MAX_PDFIUM_BYTES);

/** As the service reads it; of a PDF that cannot be read what was read before that. */
export function readPdf(path: string): OwnPdfText {
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
  const cpuMs = (user + system) / 1000;
  return { text: texts.join("\n"), pages: texts.length, kinds: [...kinds].sort(), cpuMs };
}

/** As poppler's pdftotext reads it. @param folder for its output */
export async function readWithPdftotext(
  path: string,
  folder: string,
  ...options: string[]
): Promise<PdfText> {
  const target = join(folder, "text");
  await Bun.write(target, "");
  const child = Bun.spawnSync(["pdftotext", "-q", ...options, path, target]);
  return { text: await Bun.file(target).text(), cpuMs: Number(child.resourceUsage.cpuTime.total) / 1000 };
}
