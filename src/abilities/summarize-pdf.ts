import { chunkText } from "../documents/chunk-text.ts";
import type { TextEngine } from "../inference/text-engine.ts";
import type { Ability, AbilityRequest, AbilityResult } from "./ability.ts";
import { answerText } from "./answer-end.ts";
import type { ModelStyle } from "./model-style.ts";
import { PAGES_SHARE, type ReadPages, type ReadPagesOptions, readPages } from "./read-pages.ts";
import {
  type LongSummary,
  remarksOnSummary,
  roomFor,
  type Section,
  summarizeLong,
} from "./summarize-long.ts";
import { usageOf } from "./usage.ts";

export interface SummarizePdfOptions extends Omit<ReadPagesOptions, "style"> {
  readonly engine: TextEngine;
  readonly style: ModelStyle;
  readonly visionStyle: ModelStyle;
  readonly maxTokens: number;
  /** Longest piece that is read at once, in tokens; 0 = what the model's context allows. */
  readonly pieceTokens: number;
}

/** So much of a piece is read again with the next one: a sentence must not lose its beginning. */
const OVERLAP = 0.05;
/** Longest line under "Where it stands". */
const LINE_CHARACTERS = 240;

const ASK = "Summarize the following text:\n";
const SYSTEM_PROMPT =
  "You summarize documents for a team. Say what it is about, then the key points, then conclusions or what is asked of the reader. Keep names, numbers and dates right. Write plain text without Markdown, in the language of the document.";
const PIECE_PROMPT =
  "You read a part of a document. Summarize it in a few sentences; keep names, numbers, dates and conclusions. Plain text, in the language of the document.";

/** Summarises the PDF that an icon lies on, whatever its length, and says on which pages things stand. */
export function summarizePdf(options: SummarizePdfOptions): Ability {
  return async (request) => {
    request.progress("downloading the PDF …", 0);
    return request.canvas.withFile(request.subject, request.signal, async (file) => {
      const read = await readPages(file, { ...options, style: options.visionStyle }, request);
      return summarized(read, options, request);
    });
  };
}

async function summarized(
  read: ReadPages,
  { engine, style, maxTokens, pieceTokens }: SummarizePdfOptions,
  { correlationId, signal, progress, show }: AbilityRequest,
): Promise<AbilityResult> {
  const room = await roomFor(engine, style, maxTokens);
  const longest = pieceTokens > 0 ? Math.min(pieceTokens, room.piece) : room.piece;
  const chunks = await chunkText(read.pages, {
    maxTokens: longest,
    overlapTokens: Math.floor(longest * OVERLAP),
    countTokens: (texts) => engine.countTokens(texts, { signal }),
  });
  let text = "";
  const summary = await summarizeLong(
    engine,
    style,
    {
      sections: chunks.map(({ text, firstPage, lastPage }) => ({
        label: pagesLabel(firstPage, lastPage),
        text,
      })),
      condense: { system: PIECE_PROMPT, ask: ASK, maxTokens: room.pieceAnswer },
      finish: { system: SYSTEM_PROMPT, ask: ASK, maxTokens: room.answer },
      join: joinPages,
      together: (parts) => parts.map(({ label, text }) => `[${label}] ${text}`).join("\n\n"),
    },
    {
      correlationId,
      signal,
      onProgress: (done, calls) =>
        progress(
          done + 1 === calls ? "writing the summary …" : `summarizing part ${done + 1} of ${calls - 1} …`,
          PAGES_SHARE + ((1 - PAGES_SHARE) * done) / calls,
        ),
      onText: (piece) => {
        text += piece;
        show(text);
      },
    },
  );
  const written = [
    answerText(summary, "summary"),
    ...whereItStands(summary, read),
    ...remarksOnSummary(summary, room.answer),
    ...remarksOnPages(read),
  ];
  return { text: written.join("\n\n"), ...usageOf([...read.results, ...summary.results]) };
}

function whereItStands({ parts }: LongSummary, { pages }: ReadPages): string[] {
  if (parts.length > 0) return [["Where it stands:", ...parts.map(line)].join("\n")];
  const [first, last] = [pages[0], pages.at(-1)];
  return first && last && last.page > 1 ? [`(${pagesLabel(first.page, last.page)})`] : [];
}

function line({ label, text }: Section): string {
  const flat = text.replace(/\s+/g, " ");
  return `• ${label}: ${flat.length <= LINE_CHARACTERS ? flat : `${flat.slice(0, LINE_CHARACTERS).trimEnd()} …`}`;
}

function remarksOnPages({ unread }: ReadPages): string[] {
  if (unread === 0) return [];
  if (unread === 1) return ["(One page holds no text that could be read and is left out.)"];
  return [`(${unread} pages hold no text that could be read and are left out.)`];
}

function pagesLabel(from: number, to: number): string {
  return from === to ? `p. ${from}` : `p. ${from}–${to}`;
}

/** "p. 1–4" and "p. 5–9" together are "p. 1–9". */
function joinPages(first: string, last: string): string {
  const from = /\d+/.exec(first)?.[0] ?? "";
  const to = /\d+$/.exec(last)?.[0] ?? "";
  return pagesLabel(Number(from), Number(to));
}
