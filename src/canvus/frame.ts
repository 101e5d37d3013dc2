import { AppError } from "../errors/app-error.ts";
import { parseWidgetUpdate, type WidgetUpdate } from "./parse-widget.ts";

/** One line of a widget stream. */
export interface Frame {
  /** Collections send arrays; a bare object is accepted but can never be a whole picture of the canvas. */
  readonly isList: boolean;
  readonly updates: Iterable<WidgetUpdate>;
}

/**
 * Reads elements of a frame. Many at once cost less, and leave less behind for the garbage collector.
 *
 * @param json a list of objects, or one
 * @returns without what is left out: ink strokes (Annotation) and elements without an id (CanvasBackground).
 * @throws AppError CANVUS_PROTOCOL when one is no widget; the stream cannot be trusted any more then.
 */
export function parseElements(json: string): WidgetUpdate[] {
  const updates: WidgetUpdate[] = [];
  for (const element of parseObjects(json)) {
    const update = widgetOf(element);
    if (update !== null) updates.push(update);
  }
  return updates;
}

function widgetOf(element: object): WidgetUpdate | null {
  const update = parseWidgetUpdate(element);
  if (update !== null) return update.widget_type === "Annotation" ? null : update;
  // A server that reports trouble inside the stream does it with a message instead of a widget.
  if (!("widget_type" in element) && ("msg" in element || "error" in element)) {
    throw badFrame("reports an error");
  }
  return null;
}

function parseObjects(json: string): object[] {
  try {
    const value: object | object[] = JSON.parse(json);
    return Array.isArray(value) ? value : [value];
  } catch {
    throw badFrame("is not JSON");
  }
}

/** Never quotes the line: it may hold what people wrote on the canvas. */
export function badFrame(what: string): AppError {
  return new AppError("CANVUS_PROTOCOL", `A line of the widget stream ${what}.`);
}
