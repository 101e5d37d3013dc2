import { type Count, type CountTokens, counted, counter } from "./count-tokens.ts";
import { fittingPieces, MARGIN, type Piece } from "./fitting-pieces.ts";
import { isDivisible, type Range, splitEvenly, tailStart } from "./split-text.ts";

export interface ChunkOptions {
  /** Of each chunk, its overlap included. */
  readonly maxTokens: number;
  /** Of what a chunk repeats of the one before it, so that what spans two of them is understood. */
  readonly overlapTokens: number;
  readonly countTokens: CountTokens;
}

export interface Chunk {
  readonly text: string;
  readonly tokens: number;
  /** The pages that it covers, without what it repeats. */
  readonly firstPage: number;
  readonly lastPage: number;
}

export interface TextOfPage {
  /** From 1. */
  readonly page: number;
  readonly text: string;
}

const BETWEEN_PAGES = "\n\n";
/** One character can be several tokens; below that not even single characters would fit. */
const MIN_TOKENS = 8;

/** A chunk repeats what is between `from` and `start`. */
interface Draft extends Range {
  readonly from: number;
  /** Of what is its own, as the sum of its pieces. */
  readonly tokens: number;
}

/**
 * Cuts a text into chunks that a model can read: whole paragraphs, as many as fit; what is too long is cut behind
 * sentences, lines, words, and only then anywhere. Nothing is lost but space at the ends, nothing is repeated but the
 * overlap. The tokenizer is called a few times with many texts.
 * @throws RangeError when the overlap leaves no room
 */
export async function chunkText(pages: readonly TextOfPage[], options: ChunkOptions): Promise<Chunk[]> {
  const { maxTokens, overlapTokens } = options;
  const ownTokens = maxTokens - overlapTokens;
  if (maxTokens < MIN_TOKENS || overlapTokens < 0 || ownTokens < maxTokens / 2)
    throw new RangeError(`no chunks of ${maxTokens} tokens with ${overlapTokens} of overlap`);
  const text = pages.map((page) => page.text).join(BETWEEN_PAGES);
  const count = counter(text, options.countTokens);
  const pieces = await fittingPieces(text, ownTokens, count);
  const drafts = await withOverlaps(text, packed(pieces, ownTokens), overlapTokens, count);
  const pageAt = pageFinder(pages);
  return (await checked(text, drafts, maxTokens, count)).flatMap(({ from, start, end, tokens }) => {
    const own = trimmed(text, { start, end });
    if (own.start === own.end) return [];
    return {
      text: text.slice(from, end).trim(),
      tokens,
      firstPage: pageAt(own.start),
      lastPage: pageAt(own.end - 1),
    };
  });
}

function packed(pieces: readonly Piece[], limit: number): Draft[] {
  const drafts: Draft[] = [];
  for (const piece of pieces) {
    const last = drafts.at(-1);
    if (last !== undefined && last.tokens + piece.tokens <= limit) {
      drafts[drafts.length - 1] = { ...last, end: piece.end, tokens: last.tokens + piece.tokens };
    } else drafts.push({ ...piece, from: piece.start });
  }
  return drafts;
}

async function withOverlaps(
  text: string,
  drafts: readonly Draft[],
  limit: number,
  count: Count,
): Promise<Draft[]> {
  const result = [...drafts];
  let open = result.flatMap((draft, index) => {
    const before = result[index - 1];
    if (before === undefined || before.tokens === 0) return [];
    const units = ((before.end - before.start) * limit) / before.tokens;
    return { index, start: tailStart(text, before, units), end: draft.start, before };
  });
  while (open.length > 0) {
    const tried = await counted(open, count);
    for (const { index, start, tokens } of tried) {
      const draft = result[index];
      if (draft !== undefined && tokens <= limit) result[index] = { ...draft, from: start };
    }
    open = tried
      .filter(({ tokens }) => tokens > limit)
      .map(({ tokens, ...overlap }) => {
        const units = ((overlap.end - overlap.start) * limit * MARGIN) / tokens;
        return { ...overlap, start: tailStart(text, overlap.before, units) };
      });
  }
  return result;
}

/** Counts the chunks as a whole. What is too long after all loses its overlap, then becomes two. */
async function checked(
  text: string,
  drafts: readonly Draft[],
  limit: number,
  count: Count,
): Promise<Draft[]> {
  const fits = (draft: Draft) => draft.tokens <= limit || !isDivisible(text, whole(draft));
  let open = await recounted(text, drafts, count);
  while (!open.every(fits)) {
    const shorter = open.map((draft) => (fits(draft) ? [] : shortened(text, draft)));
    const recount = await recounted(text, shorter.flat(), count);
    open = open.flatMap((draft, index) => {
      const parts = shorter[index]?.length ?? 0;
      return parts === 0 ? [draft] : recount.splice(0, parts);
    });
  }
  return open;
}

async function recounted(text: string, drafts: readonly Draft[], count: Count): Promise<Draft[]> {
  const counts = await count(drafts.map((draft) => trimmed(text, whole(draft))));
  return drafts.map((draft, index) => ({ ...draft, tokens: counts[index] ?? 0 }));
}

function whole({ from, end }: Draft): Range {
  return { start: from, end };
}

function shortened(text: string, draft: Draft): Draft[] {
  if (draft.from < draft.start) return [{ ...draft, from: draft.start }];
  return halves(text, draft).map((range) => ({ ...range, from: range.start, tokens: 0 }));
}

function halves(text: string, range: Range): Range[] {
  const middle = (range.end - range.start) / 2;
  const cut = tailStart(text, range, middle);
  if (cut <= range.start || cut >= range.end) return splitEvenly(text, range, Math.ceil(middle));
  return [
    { start: range.start, end: cut },
    { start: cut, end: range.end },
  ];
}

function trimmed(text: string, { start, end }: Range): Range {
  const own = text.slice(start, end);
  const from = start + own.length - own.trimStart().length;
  return { start: from, end: Math.max(from, start + own.trimEnd().length) };
}

function pageFinder(pages: readonly TextOfPage[]): (offset: number) => number {
  const starts: number[] = [];
  let start = 0;
  for (const { text } of pages) {
    starts.push(start);
    start += text.length + BETWEEN_PAGES.length;
  }
  return (offset) => {
    let low = 0;
    for (let high = starts.length - 1; low < high; ) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return pages[low]?.page ?? 0;
  };
}
