import type { Widget } from "../canvus/widget.ts";
import { parseNotePrompt } from "./note-prompt.ts";
import { isAnswerTitle, withoutStatus } from "./our-marks.ts";

/** Something on a canvas that asks for an answer. */
export interface Trigger {
  readonly operation: "note_prompt" | "image_prompt";
  readonly prompt: string;
  /** Two sights of a widget with equal content are one question. */
  readonly content: string;
}

/** Pure: a widget in, what it asks out; null when it asks nothing. */
export function detectTrigger(widget: Widget): Trigger | null {
  if (widget.widget_type.toLowerCase() !== "note" || widget.state === "deleted") return null;
  if (typeof widget.text !== "string" || isAnswerTitle(widget.title)) return null;
  const content = withoutStatus(widget.text);
  const asked = parseNotePrompt(content);
  if (!asked) return null;
  return { operation: asked.image ? "image_prompt" : "note_prompt", prompt: asked.prompt, content };
}

/** SHA-256 (hex) of what a trigger asks: short enough for an index, and the same after a restart. */
export function contentHash(trigger: Trigger): string {
  return new Bun.CryptoHasher("sha256").update(trigger.content).digest("hex");
}
