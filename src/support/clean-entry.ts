import type { Redactor } from "../observability/redaction.ts";

/** Fields that may hold what people wrote or what the model answered. */
const TEXT_FIELDS = new Set([
  "prompt",
  "response",
  "text",
  "answer",
  "question",
  "content",
  "messages",
  "completion",
]);

export interface CleanOptions {
  readonly redactor: Pick<Redactor, "text">;
  readonly includePrompts: boolean;
}

/**
 * Makes one entry of the log fit to be sent away: blacks out secrets once more (the settings may have changed since it
 * was written) and leaves out what people wrote. A line that is no JSON could hold anything, so only its length stays.
 */
export function cleanEntry(line: string, { redactor, includePrompts }: CleanOptions): string {
  if (includePrompts) return redactor.text(line);
  try {
    return redactor.text(JSON.stringify(JSON.parse(line, withoutTexts)));
  } catch {
    return JSON.stringify({ omitted: `a line of ${line.length} characters that is not JSON` });
  }
}

/** A reviver for JSON.parse. */
function withoutTexts(key: string, value: unknown): unknown {
  if (!TEXT_FIELDS.has(key.toLowerCase())) return value;
  if (typeof value === "string") return `[omitted ${value.length} characters]`;
  return typeof value === "object" && value !== null ? "[omitted]" : value;
}
