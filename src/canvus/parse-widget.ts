import type { Point, Size, Widget } from "./widget.ts";

/** What a frame says about a widget: its id for certain, of the rest perhaps only what changed. */
export type WidgetUpdate = Partial<Widget> & { readonly id: string };

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";
/** Canvases are some ten thousand units wide. What is far beyond is a mistake, and sums of it would be no numbers any more. */
const LARGEST = 1e9;

const isNumber = (value: unknown): value is number => typeof value === "number" && Math.abs(value) <= LARGEST;
const isLength = (value: unknown): value is number => isNumber(value) && value >= 0;

const FIELDS: readonly (readonly [string, Check])[] = Object.entries({
  widget_type: isString,
  state: isString,
  parent_id: isString,
  location: isPoint,
  size: isSize,
  scale: isNumber,
  depth: isNumber,
  pinned: isBoolean,
  title: isString,
  text: isString,
  background_color: isString,
  text_color: isString,
  auto_text_color: isBoolean,
  hash: isString,
});

/**
 * Reads one element of a list or frame. Unknown fields pass through; a known field of the wrong type (`null`, a
 * number as string, a size below 0) is left out, so that the rest of the program may trust the types of Widget.
 *
 * @returns null for elements without an id: CanvasBackground has none.
 */
export function parseWidgetUpdate(element: object): WidgetUpdate | null {
  // First frames hold a hundred thousand of them, so they are cleaned in place: nobody else knows them yet.
  dropMistyped(element);
  return hasId(element) ? element : null;
}

/** @returns null when the element is not a whole widget. */
export function parseWidget(element: unknown): Widget | null {
  if (typeof element !== "object" || element === null) return null;
  const update = parseWidgetUpdate(element);
  return update !== null && isComplete(update) ? update : null;
}

export function isComplete(update: WidgetUpdate): update is Widget {
  return update.widget_type !== undefined;
}

function hasId(element: object): element is WidgetUpdate {
  return "id" in element && typeof element.id === "string" && element.id !== "";
}

function dropMistyped(element: object): void {
  for (const [name, isValid] of FIELDS) {
    if (name in element && !isValid(Reflect.get(element, name))) Reflect.deleteProperty(element, name);
  }
}

function isPoint(value: unknown): value is Point {
  return (
    typeof value === "object" &&
    value !== null &&
    "x" in value &&
    isNumber(value.x) &&
    "y" in value &&
    isNumber(value.y)
  );
}

function isSize(value: unknown): value is Size {
  return (
    typeof value === "object" &&
    value !== null &&
    "width" in value &&
    isLength(value.width) &&
    "height" in value &&
    isLength(value.height)
  );
}
