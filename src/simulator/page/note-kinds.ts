import type { Widget } from "../../canvus/widget.ts";

/** Room at the right of a question for its answer, in canvas units. */
export const ANSWER_ROOM = 340;

/** How services title their answers. */
const ANSWER_TITLE = /^(?:AI answer|Response to Note)\b/i;

/** Whether a note still waits for an answer: its text holds something between double braces. */
export function isAsking(widget: Widget): boolean {
  return /\{\{[\s\S]*?\S[\s\S]*?\}\}/.test(widget.text ?? "");
}

export function isAnswer(widget: Widget): boolean {
  return ANSWER_TITLE.test(widget.title ?? "");
}

/** An icon of the AI menu, not a picture that people put there. */
export function isIcon(widget: Widget): boolean {
  return /^AI_Icon_/i.test(widget.title ?? "");
}
