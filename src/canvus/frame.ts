import { AppError } from "../errors/app-error.ts";
import { parseWidgetUpdate, type WidgetUpdate } from "./parse-widget.ts";

export interface Frame {
  /** Collections send arrays; a bare object is accepted but can never be a whole picture of the canvas. */
  readonly isList: boolean;
  readonly updates: readonly WidgetUpdate[];
}

/**
 * Reads one line of a widget stream: an array of widgets or a single one. Ink strokes (Annotation) and elements
 * without an id (CanvasBackground) are left out.
 *
 * @throws AppError CANVUS_PROTOCOL when the line is not a frame; the stream cannot be trusted any more then.
 */
export function parseFrame(line: string): Frame {
  const value = parseJson(line);
  const elements: unknown[] = Array.isArray(value) ? value : [value];
  const updates: WidgetUpdate[] = [];
  for (const element of elements) {
    if (typeof element !== "object" || element === null || Array.isArray(element)) {
      throw badFrame("holds something that is not a widget");
    }
    const update = parseWidgetUpdate(element);
    if (update === null) {
      // A server that reports trouble inside the stream does it with a message instead of a widget.
      if (!("widget_type" in element) && ("msg" in element || "error" in element)) {
        throw badFrame("reports an error");
      }
      continue;
    }
    if (update.widget_type !== "Annotation") updates.push(update);
  }
  return { isList: Array.isArray(value), updates };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw badFrame("is not JSON");
  }
}

/** Never quotes the line: it may hold what people wrote on the canvas. */
function badFrame(what: string): AppError {
  return new AppError("CANVUS_PROTOCOL", `A line of the widget stream ${what}.`);
}
