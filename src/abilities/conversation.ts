import type { Widget } from "../canvus/widget.ts";
import type { ChatMessage } from "../inference/text-engine.ts";
import { correlationIdOf, withoutStatus } from "../triggers/our-marks.ts";
import type { CanvasView } from "./ability.ts";

/** What was asked earlier, from the history; null when it is not known any more. */
export type FindQuestion = (
  correlationId: string,
) => Promise<{ readonly prompt: string; readonly widgetId: string } | null>;

/** Far more than a model remembers; bounds the walk along a chain of notes. */
const MAX_EXCHANGES = 20;

/**
 * The exchange that a note goes on with, oldest first: the answer it is connected to by a connector or lies on as its
 * child, what that answered, and so on. Answers count as they stand on the canvas now, people may have corrected them.
 */
export async function conversationBefore(
  note: Widget,
  canvas: CanvasView,
  findQuestion: FindQuestion,
): Promise<ChatMessage[]> {
  const messages: ChatMessage[] = [];
  const seen = new Set<string>();
  let at: Widget | undefined = note;
  while (at !== undefined && seen.size < MAX_EXCHANGES) {
    const answer = answerBefore(at, canvas, seen);
    if (answer === undefined) break;
    seen.add(answer.id);
    const question = await findQuestion(correlationIdOf(answer.title) ?? "");
    if (question === null) break;
    messages.unshift(
      { role: "user", content: question.prompt },
      { role: "assistant", content: withoutStatus(answer.text ?? "").trim() },
    );
    at = canvas.state.get(question.widgetId);
  }
  return messages;
}

function answerBefore(note: Widget, { state }: CanvasView, seen: ReadonlySet<string>): Widget | undefined {
  const isEarlierAnswer = (widget: Widget | undefined): widget is Widget =>
    widget !== undefined &&
    !seen.has(widget.id) &&
    (widget.text ?? "") !== "" &&
    correlationIdOf(widget.title) !== null;
  const parent = note.parent_id ? state.get(note.parent_id) : undefined;
  if (isEarlierAnswer(parent)) return parent;
  for (const widget of state.connectors()) {
    const [from, to] = [endOf(widget.src), endOf(widget.dst)];
    const other = from === note.id ? to : to === note.id ? from : undefined;
    const connected = other === undefined ? undefined : state.get(other);
    if (isEarlierAnswer(connected)) return connected;
  }
  return undefined;
}

/** The id of the widget at one end of a connector. */
function endOf(end: unknown): string | undefined {
  if (typeof end !== "object" || end === null || !("id" in end)) return undefined;
  return typeof end.id === "string" ? end.id : undefined;
}
