import { withAccents } from "./accents.ts";
import type { Pdfium } from "./pdfium.ts";
import { isRightToLeft, visualToLogical } from "./right-to-left.ts";

/**
 * A line of text where it stands, in points, as seen by who reads it: `start` to `end` along the writing, `low` to
 * `high` across it. Lines of different `quadrant` (text turned by 0, 90, 180, 270 degrees) cannot be compared.
 */
export interface PageLine {
  readonly text: string;
  readonly quadrant: number;
  readonly start: number;
  readonly end: number;
  readonly low: number;
  readonly high: number;
  /** The last word goes on in the next line: it was hyphenated. */
  readonly isHyphenated: boolean;
}

export interface Glyph {
  readonly character: string;
  readonly start: number;
  readonly end: number;
}

/** Gaps wider than that many times the height of the line part the cells of a table. */
export const CELL_GAP = 1;
const BOX_BYTES = 32;

/**
 * The lines of a page in the order in which its maker wrote them, which is the reading order nearly always: columns
 * one after the other, tables row by row.
 * @param maxCharacters the rest is left out
 */
export function pageLines(pdfium: Pdfium, page: number, maxCharacters: number): readonly PageLine[] {
  const text = pdfium.FPDFText_LoadPage(page);
  if (text === 0) return [];
  const box = pdfium.malloc(BOX_BYTES);
  let bounds = new Float64Array(pdfium.memory.buffer, box, 4);
  const lines: PageLine[] = [];
  let line = new LineBuilder();
  const endLine = (isHyphenated: boolean) => {
    const built = line.build(isHyphenated);
    if (built !== null) lines.push(built);
    line = new LineBuilder();
  };
  const count = Math.min(pdfium.FPDFText_CountChars(text), maxCharacters);
  for (let index = 0; index < count; index += 1) {
    const code = pdfium.FPDFText_GetUnicode(text, index) >>> 0;
    if (code === 0x0d || code === 0x0a) {
      endLine(false);
    } else if (pdfium.FPDFText_IsHyphen(text, index) === 1) {
      endLine(true);
    } else if (pdfium.FPDFText_IsGenerated(text, index) === 1) {
      line.addSpace();
    } else {
      if (line.isEmpty) line.turn(pdfium.FPDFText_GetCharAngle(text, index));
      pdfium.FPDFText_GetCharBox(text, index, box, box + 8, box + 16, box + 24);
      // Growing memory moves it, and a view of what it was is empty then.
      if (bounds.length === 0) bounds = new Float64Array(pdfium.memory.buffer, box, 4);
      line.add(characterOf(code), bounds);
    }
  }
  endLine(false);
  pdfium.free(box);
  pdfium.FPDFText_ClosePage(text);
  return lines;
}

/** LaTeX's old fonts tell the position of a ligature in the font (T1 encoding) instead of its letters. */
const LATEX_LIGATURES: Readonly<Record<number, string>> = {
  27: "ff",
  28: "fi",
  29: "fl",
  30: "ffi",
  31: "ffl",
};

function characterOf(code: number): string {
  if (code < 0x20) return LATEX_LIGATURES[code] ?? "";
  // Ligatures, and letters in the shape that they have in the middle of a word.
  if ((code >= 0xfb00 && code <= 0xfdff) || (code >= 0xfe70 && code <= 0xfefe))
    return String.fromCodePoint(code).normalize("NFKC");
  const isText = code < 0x11_0000 && (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
  return isText ? String.fromCodePoint(code) : "";
}

class LineBuilder {
  readonly #glyphs: Glyph[] = [];
  #quadrant = 0;
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;
  #isRightToLeft = false;
  #isSpaceDue = false;

  get isEmpty(): boolean {
    return this.#glyphs.length === 0;
  }

  /** @param angle in radians, clockwise */
  turn(angle: number): void {
    this.#quadrant = ((Math.round(angle / (Math.PI / 2)) % 4) + 4) % 4;
  }

  /** A space that PDFium has concluded from a gap; it stands in the middle of that. */
  addSpace(): void {
    this.#isSpaceDue = !this.isEmpty;
  }

  /** @param bounds left, right, bottom, top */
  add(character: string, bounds: Float64Array): void {
    if (character === "") return;
    const [start, end, low, high] = asRead(this.#quadrant, bounds);
    const last = this.#glyphs.at(-1);
    if (this.#isSpaceDue && last !== undefined) {
      const middle = start < last.start ? (end + last.start) / 2 : (last.end + start) / 2;
      this.#glyphs.push({ character: " ", start: middle, end: middle });
    }
    this.#isSpaceDue = false;
    this.#glyphs.push({ character, start, end });
    if (character.trim() === "") return;
    this.#low = Math.min(this.#low, low);
    this.#high = Math.max(this.#high, high);
    this.#isRightToLeft ||= isRightToLeft(character);
  }

  build(isHyphenated: boolean): PageLine | null {
    const glyphs = this.#isRightToLeft ? visualToLogical(this.#glyphs) : withAccents(this.#glyphs);
    const text = joined(glyphs, CELL_GAP * (this.#high - this.#low));
    if (text === "") return null;
    let start = Number.POSITIVE_INFINITY;
    let end = Number.NEGATIVE_INFINITY;
    for (const glyph of glyphs) {
      if (glyph.character.trim() === "") continue;
      start = Math.min(start, glyph.start);
      end = Math.max(end, glyph.end);
    }
    return { text, quadrant: this.#quadrant, start, end, low: this.#low, high: this.#high, isHyphenated };
  }
}

type Box = readonly [start: number, end: number, low: number, high: number];

function asRead(quadrant: number, bounds: Float64Array): Box {
  const left = bounds[0] ?? 0;
  const right = bounds[1] ?? 0;
  const bottom = bounds[2] ?? 0;
  const top = bounds[3] ?? 0;
  if (quadrant === 1) return [-top, -bottom, left, right];
  if (quadrant === 2) return [-right, -left, -top, -bottom];
  if (quadrant === 3) return [bottom, top, -right, -left];
  return [left, right, bottom, top];
}

/** The letters with single spaces; a tab where a gap is too wide for one. */
function joined(glyphs: readonly Glyph[], cellGap: number): string {
  let text = "";
  let last: Glyph | null = null;
  let isSpaced = false;
  for (const glyph of glyphs) {
    if (glyph.character.trim() === "") {
      isSpaced = true;
      continue;
    }
    if (isSpaced && last !== null) {
      const gap = Math.max(glyph.start - last.end, last.start - glyph.end);
      text += gap > cellGap ? "\t" : " ";
    }
    text += glyph.character;
    last = glyph;
    isSpaced = false;
  }
  return text;
}
