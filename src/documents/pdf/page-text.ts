import { CELL_GAP, type PageLine } from "./page-lines.ts";

/** What is written in a form field or a text box that lies on the page. */
export interface FieldText {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly low: number;
  readonly high: number;
}

/** Lines that are that many times as far apart as lines of this page usually are begin a new paragraph. */
const PARAGRAPH_GAP = 1.3;
/** Lines farther apart, in heights of a line, tell nothing of how lines usually follow each other. */
const UNRELATED = 4;
/** Signs that are nearer to each other, in heights of the larger one, belong together. */
const ADJACENT = 0.25;

/** The text of a page: lines, an empty one between paragraphs, each form field behind its label. */
export function pageText(lines: readonly PageLine[], fields: readonly FieldText[]): string {
  const all = withFields(lines, fields);
  const usual = usualStep(all);
  let text = "";
  let last: PageLine | null = null;
  for (const line of all) {
    if (last !== null) text += separator(last, line, usual);
    text += line.text;
    last = line;
  }
  return text;
}

function separator(last: PageLine, line: PageLine, usual: number): string {
  if (last.isHyphenated) return "";
  if (last.quadrant !== line.quadrant) return "\n";
  if (last.low - line.low > usual * PARAGRAPH_GAP) return "\n\n";
  return gapBetween(last, line);
}

/** Raised and lowered signs, as in formulas, come as lines of their own right behind what they belong to. */
function gapBetween(last: PageLine, line: PageLine): string {
  const isBeside = line.low < last.high && line.high > last.low;
  const gap = (line.start - last.end) / Math.max(last.high - last.low, line.high - line.low);
  if (!isBeside || gap < -ADJACENT || gap > CELL_GAP) return "\n";
  return gap < ADJACENT ? "" : " ";
}

/** From one line to the next one below: the median; infinite when no line follows another. */
function usualStep(lines: readonly PageLine[]): number {
  const steps: number[] = [];
  for (const [index, line] of lines.entries()) {
    const last = lines[index - 1];
    if (last === undefined || last.quadrant !== line.quadrant) continue;
    const step = last.low - line.low;
    if (step > 0 && step < UNRELATED * (line.high - line.low)) steps.push(step);
  }
  steps.sort((one, other) => one - other);
  return steps[Math.floor(steps.length / 2)] ?? Number.POSITIVE_INFINITY;
}

function withFields(lines: readonly PageLine[], fields: readonly FieldText[]): readonly PageLine[] {
  const all = [...lines];
  for (const field of fields) {
    const middle = (field.low + field.high) / 2;
    const beside = all.findIndex(
      ({ quadrant, low, high }) => quadrant === 0 && middle >= low && middle <= high,
    );
    const label = all[beside];
    if (label !== undefined) {
      const isBehind = field.start >= label.start;
      all[beside] = {
        ...label,
        text: isBehind ? `${label.text} ${field.text}` : `${field.text} ${label.text}`,
        start: Math.min(label.start, field.start),
      };
      continue;
    }
    const below = all.findIndex(({ quadrant, high }) => quadrant === 0 && high < middle);
    const line = { ...field, quadrant: 0, isHyphenated: false };
    all.splice(below === -1 ? all.length : below, 0, line);
  }
  return all;
}
