import type { Size, Widget } from "../../canvus/widget.ts";
import { ChangeFeed } from "../change-feed.ts";
import { badRequest, HttpFailure, notFound } from "../http-failure.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { DEFAULT_BACKGROUND } from "./canvas-background.ts";
import { DEFAULT_COLOR_PRESETS } from "./color-presets.ts";
import { checkNoteColors } from "./note-color-rules.ts";
import { readWidgetFields } from "./widget-fields.ts";
import { type WidgetType, widgetTypeByName } from "./widget-types.ts";

/** The usual size of a Canvus canvas, in canvas units. */
export const CANVAS_SIZE: Size = { width: 9600, height: 5400 };
/** Creating more is refused with 400: nobody may fill the memory by accident. */
const MAX_WIDGETS = 200_000;
/** About the longest text of a widget, in UTF-16 units. Canvus documents no limit; this one protects the simulator. */
const MAX_TEXT_LENGTH = 1_000_000;

/** What a canvas holds, as it was kept by an earlier run. */
export interface CanvasContent {
  readonly background: JsonObject;
  readonly widgets: readonly Widget[];
}

/** The widgets of one canvas. Every change is published on `feed`, deletions of what hangs on a widget included. */
export class Canvas {
  readonly id: string;
  readonly sharedCanvasId: string;
  readonly feed = new ChangeFeed();
  colorPresets: JsonObject = DEFAULT_COLOR_PRESETS;
  #modifiedAt = new Date();
  #background: JsonObject;
  #widgets = new Map<string, Widget>();
  #saved: { readonly background: JsonObject; readonly widgets: Map<string, Widget> } | undefined;
  readonly #strict: boolean;

  /** @param strict see SimulatorOptions.strict */
  constructor(id: string, strict: boolean, content?: CanvasContent) {
    this.id = id;
    this.#strict = strict;
    this.#background = content?.background ?? DEFAULT_BACKGROUND;
    for (const widget of content?.widgets ?? []) this.#widgets.set(widget.id, widget);
    const root = content?.widgets.find((widget) => widget.widget_type === "SharedCanvas");
    this.sharedCanvasId = root?.id ?? crypto.randomUUID();
    if (root !== undefined) return;
    this.#widgets.set(this.sharedCanvasId, {
      depth: 3,
      id: this.sharedCanvasId,
      location: { x: 0, y: 0 },
      parent_id: "",
      pinned: false,
      scale: 1,
      size: CANVAS_SIZE,
      state: "normal",
      widget_type: "SharedCanvas",
    });
  }

  /** When a widget or the background last changed. */
  get modifiedAt(): Date {
    return this.#modifiedAt;
  }

  get background(): JsonObject {
    return this.#background;
  }

  setBackground(background: JsonObject): void {
    this.#background = background;
    this.#publish(background);
  }

  get widgets(): readonly Widget[] {
    return [...this.#widgets.values()];
  }

  find(id: string): Widget | undefined {
    return this.#widgets.get(id);
  }

  /** @throws HttpFailure 404, also when the widget is of another type */
  get(id: string, type?: WidgetType): Widget {
    const widget = this.#widgets.get(id);
    if (widget === undefined || (type !== undefined && widget.widget_type !== type.name))
      throw notFound("Widget");
    return widget;
  }

  /** @throws HttpFailure 400 (wrong value, unknown parent or connector end), 409 (note colours) */
  create(type: WidgetType, payload: JsonObject, serverFields: JsonObject = {}): Widget {
    if (this.#widgets.size >= MAX_WIDGETS) throw badRequest("Too many widgets on this canvas");
    const fields = readWidgetFields(type, payload, type.defaults, true);
    this.#checkFields(type, fields, type.defaults, true);
    const widget: Widget = {
      ...type.defaults,
      ...(type.name === "Connector" ? {} : this.#placementDefaults(type, fields)),
      ...(type.name === "Anchor" ? { anchor_index: this.#nextAnchorIndex() } : {}),
      ...fields,
      ...(fields.parent_id === "" ? { parent_id: this.sharedCanvasId } : {}),
      ...serverFields,
      id: crypto.randomUUID(),
      state: "normal",
      widget_type: type.name,
    };
    return this.#put(widget);
  }

  /** Merges the payload's top-level fields. @throws HttpFailure as `create` does, and 404 */
  update(type: WidgetType, id: string, payload: JsonObject): Widget {
    const stored = this.get(id, type);
    const fields = { ...readWidgetFields(type, payload, stored, false) };
    this.#checkFields(type, fields, stored, false);
    // Canvus stores a note's title when it is created and silently keeps it ever after.
    if (this.#strict && type.name === "Note") delete fields.title;
    if (fields.parent_id === "") fields.parent_id = this.sharedCanvasId;
    return this.apply(id, fields);
  }

  /** Changes fields as the server itself would: without checks. @throws HttpFailure 404 */
  apply(id: string, fields: JsonObject): Widget {
    return this.#put({ ...this.get(id), ...fields });
  }

  /** Removes the widget, everything inside it and the connectors that end there. @throws HttpFailure 404 */
  remove(id: string, type?: WidgetType): void {
    const doomed = new Set([this.get(id, type).id]);
    if (doomed.has(this.sharedCanvasId)) throw new HttpFailure(403, "Permission denied");
    // A Set visits what is added while it is walked; parent cycles end because ids are added once.
    for (const parent of doomed) {
      for (const widget of this.#widgets.values()) if (widget.parent_id === parent) doomed.add(widget.id);
    }
    for (const widget of this.#widgets.values()) {
      if (endIds(widget).some((end) => doomed.has(end))) doomed.add(widget.id);
    }
    for (const gone of [...doomed].reverse()) {
      const widget = this.#widgets.get(gone);
      this.#widgets.delete(gone);
      if (widget !== undefined) this.#publish({ ...widget, state: "deleted" });
    }
  }

  /** Demo mode: remembers the present state for `restore`. */
  save(): void {
    this.#saved = { background: this.#background, widgets: new Map(this.#widgets) };
  }

  /** @throws HttpFailure 400 when nothing was saved */
  restore(): void {
    const saved = this.#saved;
    if (saved === undefined) throw badRequest("Canvas has no saved state");
    const before = this.#widgets;
    this.#widgets = new Map(saved.widgets);
    for (const [id, widget] of before) {
      if (!saved.widgets.has(id)) this.#publish({ ...widget, state: "deleted" });
    }
    for (const [id, widget] of saved.widgets) if (before.get(id) !== widget) this.#publish(widget);
    this.setBackground(saved.background);
  }

  /** Takes over all widgets of another canvas, under new ids. */
  copyFrom(source: Canvas): void {
    const ids = new Map([[source.sharedCanvasId, this.sharedCanvasId]]);
    const sources = source.widgets.filter((widget) => widget.id !== source.sharedCanvasId);
    for (const widget of sources) ids.set(widget.id, crypto.randomUUID());
    const renamed = (id: string) => ids.get(id) ?? id;
    for (const widget of sources) {
      const copy: Record<string, unknown> = { ...widget };
      if (widget.parent_id !== undefined) copy.parent_id = renamed(widget.parent_id);
      for (const end of ["src", "dst"]) {
        const value = widget[end];
        if (isJsonObject(value) && typeof value.id === "string")
          copy[end] = { ...value, id: renamed(value.id) };
      }
      this.#put({ ...copy, id: renamed(widget.id), widget_type: widget.widget_type });
    }
    this.setBackground(source.background);
  }

  /** Canvus sends a widget's fields in alphabetical order. */
  #put(unsorted: Widget): Widget {
    const widget: Widget = {
      ...Object.fromEntries(Object.entries(unsorted).sort(([a], [b]) => (a < b ? -1 : 1))),
      id: unsorted.id,
      widget_type: unsorted.widget_type,
    };
    this.#widgets.set(widget.id, widget);
    this.#publish(widget);
    return widget;
  }

  #publish(item: JsonObject): void {
    this.#modifiedAt = new Date();
    this.feed.publish(item);
  }

  #checkFields(type: WidgetType, fields: JsonObject, stored: JsonObject, creating: boolean): void {
    if (type.name === "Note") checkNoteColors(fields, stored, creating, this.#strict);
    if (typeof fields.text === "string" && fields.text.length > MAX_TEXT_LENGTH)
      throw badRequest("Text too long");
    const parent = fields.parent_id;
    if (typeof parent === "string" && parent !== "" && !this.#widgets.has(parent)) {
      throw badRequest("Parent widget not found");
    }
    if (type.name !== "Connector") return;
    const ends = endIds({ ...stored, ...fields });
    if (ends.length < 2) throw badRequest("Connector needs src.id and dst.id");
    if (ends.some((end) => !this.#widgets.has(end))) throw badRequest("Connected widget not found");
  }

  /** Without a location Canvus puts new widgets near the middle, without a parent on the shared canvas. */
  #placementDefaults(type: WidgetType, fields: JsonObject): JsonObject {
    const size = fields.size ?? type.defaults.size;
    const { width, height } = isJsonObject(size) ? size : {};
    return {
      parent_id: this.sharedCanvasId,
      location: {
        x: (CANVAS_SIZE.width - Number(width ?? 0)) / 2,
        y: (CANVAS_SIZE.height - Number(height ?? 0)) / 2,
      },
    };
  }

  #nextAnchorIndex(): number {
    const indexes = this.widgets
      .filter((widget) => widget.widget_type === "Anchor")
      .map((a) => Number(a.anchor_index));
    return indexes.length === 0 ? 0 : Math.max(...indexes) + 1;
  }
}

function endIds(widget: JsonObject): string[] {
  const ends = [widget.src, widget.dst].filter(isJsonObject).map((end) => end.id);
  return ends.filter((id) => typeof id === "string");
}

/** The type whose rules apply to a stored widget. @throws HttpFailure 400 for SharedCanvas and the like */
export function typeOf(widget: Widget): WidgetType {
  const type = widgetTypeByName(widget.widget_type);
  if (type === undefined) throw badRequest(`Unknown object type ${widget.widget_type}`);
  return type;
}
