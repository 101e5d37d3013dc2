import { type Count, counted } from "./count-tokens.ts";
import { CUTS, isDivisible, type Range, splitBehind, splitEvenly } from "./split-text.ts";

export interface Piece extends Range {
  readonly tokens: number;
}

/** Pieces that are cut by estimate become a little shorter than needed, so that few must be cut again. */
export const MARGIN = 0.9;

/** The whole text in pieces of at most so many tokens, cut where it harms least. Single characters may have more. */
export async function fittingPieces(text: string, limit: number, count: Count): Promise<Piece[]> {
  let pieces: readonly Piece[] = [{ start: 0, end: text.length, tokens: Number.POSITIVE_INFINITY }];
  for (const cut of CUTS)
    pieces = await recut(pieces, limit, count, (piece) => splitBehind(text, piece, cut));
  // Words too long: by estimate, until each part fits or is a single character.
  for (;;) {
    const isTooLong = (piece: Piece) => piece.tokens > limit && isDivisible(text, piece);
    if (!pieces.some(isTooLong)) return [...pieces];
    pieces = await recut(pieces, limit, count, (piece) =>
      isTooLong(piece)
        ? splitEvenly(text, piece, ((piece.end - piece.start) * limit * MARGIN) / piece.tokens)
        : [piece],
    );
  }
}

/** Cuts what is too long, and counts the parts, all together. */
async function recut(
  pieces: readonly Piece[],
  limit: number,
  count: Count,
  cut: (piece: Piece) => readonly Range[],
): Promise<Piece[]> {
  const cuts = pieces.map((piece) => (piece.tokens > limit ? cut(piece) : null));
  const parts = await counted(
    cuts.flatMap((ranges) => ranges ?? []),
    count,
  );
  let next = 0;
  return pieces.flatMap((piece, index) => {
    const ranges = cuts[index];
    if (ranges === null || ranges === undefined) return [piece];
    next += ranges.length;
    return parts.slice(next - ranges.length, next);
  });
}
