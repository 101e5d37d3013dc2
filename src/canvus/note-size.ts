import type { Size } from "./widget.ts";

/**
 * Units per column and per row of a note drawn at scale 1. The measure known from the field is 100 characters per 830
 * units and 40 rows per 1200; a little is added to the width because clients' fonts differ.
 */
const COLUMN_WIDTH = 9;
const ROW_HEIGHT = 30;
/** Empty rim on each side of a note's text. */
const PADDING = 30;

/** Widths tried from narrow to wide, each up to the height at which the next one reads better. */
const FORMATS: readonly { readonly width: number; readonly maxHeight: number }[] = [
  { width: 300, maxHeight: 300 },
  { width: 480, maxHeight: 600 },
  { width: 660, maxHeight: 900 },
  { width: 830, maxHeight: 2400 },
  { width: 1245, maxHeight: 3600 },
];
const WIDEST = 1660;
const MIN_HEIGHT = 300;
const MAX_HEIGHT = 6000;
/** In canvas units: usual canvases are 9600 × 5400, and an answer should not stick out of one. */
const MAX_DRAWN_HEIGHT = 4800;

/**
 * Size of a note that shows the whole text, in the note's own units: send it as `size` together with `scale`; on the
 * canvas it is drawn `scale` times as large. At least 300 × 300, the usual sticky note; at most 1660 × 6000, and less
 * high if it would be drawn higher than a canvas. A text that fits no allowed size is cut off by the note's edge.
 *
 * @param scale effective scale the note will have, that of its trigger.
 */
export function noteSizeFor(text: string, scale: number): Size {
  const limit = Math.max(MIN_HEIGHT, Math.min(MAX_HEIGHT, MAX_DRAWN_HEIGHT / scale));
  const lines = text.split("\n").map(wordWidths);
  for (const { width, maxHeight } of FORMATS) {
    const height = heightAt(lines, width);
    if (height <= Math.min(maxHeight, limit)) return { width, height: Math.max(MIN_HEIGHT, height) };
  }
  return { width: WIDEST, height: Math.min(limit, Math.max(MIN_HEIGHT, heightAt(lines, WIDEST))) };
}

/** Columns of each word: wide scripts and emoji take two per character. */
function wordWidths(line: string): number[] {
  return line.split(" ").map((word) => Bun.stringWidth(word));
}

function heightAt(lines: readonly number[][], width: number): number {
  const columns = Math.floor((width - 2 * PADDING) / COLUMN_WIDTH);
  const rows = lines.reduce((sum, words) => sum + rowsOf(words, columns), 0);
  return rows * ROW_HEIGHT + 2 * PADDING;
}

/** Wraps at spaces; a word longer than a row is broken. */
function rowsOf(words: readonly number[], columns: number): number {
  let rows = 1;
  let used = 0;
  for (const word of words) {
    const needed = used === 0 ? word : used + 1 + word;
    if (needed <= columns) {
      used = needed;
      continue;
    }
    if (used > 0) rows += 1;
    rows += Math.max(0, Math.ceil(word / columns) - 1);
    used = word <= columns ? word : word % columns || columns;
  }
  return rows;
}
