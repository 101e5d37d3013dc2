import type { WidgetLookup } from "../canvus/geometry.ts";
import type { Widget } from "../canvus/widget.ts";
import { imageTrigger } from "./image-trigger.ts";
import { parseNotePrompt } from "./note-prompt.ts";
import type { Operation } from "./operation.ts";
import { isAnswerTitle, withoutStatus } from "./our-marks.ts";
import type { Trigger } from "./trigger.ts";

/** Pure: a widget in, what it asks out; null when it asks nothing. */
export function detectTrigger(widget: Widget, lookup: WidgetLookup): Trigger | null {
  if (widget.state === "deleted" || isAnswerTitle(widget.title)) return null;
  const type = widget.widget_type.toLowerCase();
  if (type === "image") return imageTrigger(widget, lookup);
  return type === "note" ? noteTrigger(widget, lookup) : null;
}

/**
 * What the answer belongs to, and is placed beside: the PDF or image that an icon or a question lies on, else the
 * widget that asks.
 */
export function subjectOf(operation: Operation, trigger: Widget, lookup: WidgetLookup): Widget {
  const isAboutParent =
    operation === "pdf_precis" || operation === "image_analysis" || operation === "image_question";
  return (isAboutParent && trigger.parent_id && lookup(trigger.parent_id)) || trigger;
}

function noteTrigger(note: Widget, lookup: WidgetLookup): Trigger | null {
  if (typeof note.text !== "string") return null;
  const content = withoutStatus(note.text);
  const asked = parseNotePrompt(content);
  if (!asked) return null;
  const parent = note.parent_id ? lookup(note.parent_id) : undefined;
  const isOnImage = parent?.widget_type.toLowerCase() === "image";
  const operation = asked.image ? "image_prompt" : isOnImage ? "image_question" : "note_prompt";
  return { operation, prompt: asked.prompt, content };
}
