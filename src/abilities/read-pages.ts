import type { TextOfPage } from "../documents/chunk-text.ts";
import { AppError } from "../errors/app-error.ts";
import type { TextResult } from "../inference/text-engine.ts";
import type { VisionEngine } from "../inference/vision-engine.ts";
import type { AbilityRequest } from "./ability.ts";
import { type DocumentFiles, PICTURE_LIMITS } from "./document-files.ts";
import type { ModelStyle } from "./model-style.ts";
import { TRANSCRIBE, transcribed } from "./read-handwriting.ts";

export interface ReadPagesOptions {
  readonly documents: DocumentFiles;
  /** Null when no model here can see: pages without text are left out then. */
  readonly vision: VisionEngine | null;
  readonly style: ModelStyle;
}

export interface ReadPages {
  /** Those that have text, in order. */
  readonly pages: readonly TextOfPage[];
  /** Pages that nobody could read. */
  readonly unread: number;
  /** Of the model calls for scanned pages. */
  readonly results: readonly TextResult[];
}

/** A dense page of print. */
const PAGE_TOKENS = 1500;
/** How much of the bar the text and the scans take; the rest is the summary. */
const TEXT_SHARE = 0.2;
export const PAGES_SHARE = 0.5;

/**
 * The text of a PDF: its own where it has some, what a model sees where a page is a picture.
 * @throws AppError PDF_NO_TEXT, and what reading and looking throw
 */
export async function readPages(
  file: string,
  { documents, vision, style }: ReadPagesOptions,
  { signal, correlationId, progress }: AbilityRequest,
): Promise<ReadPages> {
  const texts: TextOfPage[] = [];
  const scans: number[] = [];
  let count = 0;
  let unread = 0;
  for await (const { page, pages, kind, text } of documents.readPdf(file, { signal })) {
    count = pages;
    progress(`reading page ${page} of ${pages} …`, (TEXT_SHARE * page) / pages);
    if (kind === "text") texts.push({ page, text });
    if (kind === "picture") scans.push(page);
    if (kind === "damaged") unread += 1;
  }
  const results: TextResult[] = [];
  for (const [at, page] of scans.entries()) {
    if (vision === null) break;
    const done = TEXT_SHARE + ((PAGES_SHARE - TEXT_SHARE) * at) / scans.length;
    progress(`looking at page ${page}, scan ${at + 1} of ${scans.length} …`, done);
    const { maxSide } = PICTURE_LIMITS;
    const result = await documents.withPdfPage(file, page, { signal, maxSide }, ({ path }) =>
      vision.describe(lookAt(path, style), { correlationId, signal }),
    );
    results.push(result);
    const text = transcribed(result.text);
    if (text !== "") texts.push({ page, text });
    else unread += 1;
  }
  if (vision === null) unread += scans.length;
  if (texts.length === 0) throw noText(count, scans.length, vision !== null);
  return { pages: texts.toSorted((one, other) => one.page - other.page), unread, results };
}

function lookAt(imagePath: string, style: ModelStyle) {
  const bare = !style.takesSystemPrompts;
  return {
    imagePath,
    systemPrompt: bare ? null : TRANSCRIBE.system,
    prompt: bare ? "Describe this image." : TRANSCRIBE.prompt,
    maxTokens: PAGE_TOKENS,
    temperature: 0,
  };
}

function noText(pages: number, scans: number, canSee: boolean): AppError {
  const what =
    pages === 1 ? "This PDF has one page without text" : `This PDF has ${pages} pages without text`;
  if (scans === 0) return new AppError("PDF_NO_TEXT", `${what}, and nothing else that could be read.`);
  const seen =
    scans === 1 ? "nothing could be read in its picture" : "nothing could be read in their pictures";
  const why = canSee ? seen : "no model is set up that can read pictures";
  return new AppError("PDF_NO_TEXT", `${what}, and ${why}.`);
}
