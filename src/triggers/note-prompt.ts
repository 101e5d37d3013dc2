const OPEN = "{{";
const CLOSE = "}}";

/**
 * What a note with `{{…}}` asks. The braces mark that the note is meant for us; the prompt is the whole text without
 * them, because people write context around the question. Half-typed text (no closing braces yet) asks nothing.
 *
 * @returns null when the text holds no closed, non-empty pair of double braces.
 */
export function parseNotePrompt(text: string): { prompt: string; image: boolean } | null {
  const start = text.indexOf(OPEN);
  if (start < 0) return null;
  const end = text.indexOf(CLOSE, start + OPEN.length);
  if (end < 0) return null;
  const inner = removeBraces(text.slice(start + OPEN.length, end)).trim();
  if (inner === "") return null;
  const picture = /^image:\s*(.*)$/is.exec(inner);
  if (!picture) return { prompt: removeBraces(text).trim(), image: false };
  const subject = picture[1] ?? "";
  return subject === "" ? null : { prompt: subject, image: true };
}

/** The text without any double brace; repeated because removing `{{` from `{{{{` or `{ {{ {` may leave new ones. */
export function removeBraces(text: string): string {
  const without = text.replaceAll(OPEN, "").replaceAll(CLOSE, "");
  return without === text ? text : removeBraces(without);
}

/**
 * Text of ours that may be written to a canvas: no double brace survives, or an answer with template code in it would
 * be taken for the next question. A word joiner (U+2060) goes between the braces: it has no width, so the code still
 * reads as it should.
 */
export function disarmBraces(text: string): string {
  return text.replace(/\{(?=\{)/g, "{\u2060").replace(/\}(?=\})/g, "}\u2060");
}
