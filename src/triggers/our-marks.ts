/** How every answer of ours is titled; the correlation id follows. A note with such a title never triggers. */
const ANSWER_TITLE = "AI answer";

/**
 * Begins every status line of ours, so that it can be found and taken away again, also by a restarted service. The
 * word joiner (U+2060) is invisible and not on any keyboard: what people type themselves is never taken for ours.
 */
const STATUS_MARK = "⏳ AI: \u2060";

/** With the empty line before it as we wrote it, or as servers write line ends; a carriage return before that is people's. */
const STATUS_LINE = /(?:\r\n\r\n|\n\n|\r?\n)?⏳ AI: \u2060[^\r\n]*/g;

export function answerTitle(correlationId: string): string {
  return `${ANSWER_TITLE} ${correlationId}`;
}

export function isAnswerTitle(title: unknown): boolean {
  return correlationIdOf(title) !== null;
}

/** The correlation id in the title of an answer; null for every other title. */
export function correlationIdOf(title: unknown): string | null {
  if (typeof title !== "string" || !title.startsWith(`${ANSWER_TITLE} `)) return null;
  return title.slice(ANSWER_TITLE.length + 1);
}

/** The text with one status line at its end, whatever status it had before. */
export function withStatus(text: string, status: string): string {
  return `${withoutStatus(text)}\n\n${STATUS_MARK}${status}`;
}

/** The text as people wrote it: also what they typed below our status line stays. */
export function withoutStatus(text: string): string {
  return text.replace(STATUS_LINE, "");
}

export function hasStatus(text: string): boolean {
  return text.includes(STATUS_MARK);
}
