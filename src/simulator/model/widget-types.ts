import type { JsonObject } from "../json.ts";

/** How a field's value is checked and normalised; see widget-fields.ts. */
export type FieldKind =
  | "text"
  | "flag"
  | "number"
  | "positive"
  | "color"
  | "point"
  | "size"
  | "parent"
  | "end";

export interface WidgetType {
  readonly name: string;
  /** The path segment of its collection. */
  readonly segment: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
  readonly defaults: JsonObject;
  /** Created from an uploaded file, which gets a `hash` once processed. */
  readonly upload?: boolean;
  /** The API refuses to create it. */
  readonly readOnly?: boolean;
  /** Fields that nobody documents are stored as sent. */
  readonly passThrough?: boolean;
}

const PLACED: Readonly<Record<string, FieldKind>> = {
  location: "point",
  size: "size",
  scale: "positive",
  depth: "number",
  pinned: "flag",
  parent_id: "parent",
};
const PLACED_DEFAULTS = { scale: 1, depth: 0, pinned: false };
const FILE = { ...PLACED, title: "text", original_filename: "text" } as const;
const FILE_DEFAULTS = {
  ...PLACED_DEFAULTS,
  title: "",
  original_filename: "",
  size: { width: 100, height: 100 },
};
const PANEL_SIZE = { width: 1200, height: 800 };

const WIDGET_TYPES: readonly WidgetType[] = [
  {
    name: "Note",
    segment: "notes",
    fields: {
      ...PLACED,
      text: "text",
      title: "text",
      background_color: "color",
      text_color: "color",
      auto_text_color: "flag",
    },
    defaults: {
      ...PLACED_DEFAULTS,
      text: "",
      title: "",
      background_color: "#ffffffff",
      text_color: "#000000ff",
      auto_text_color: true,
      size: { width: 300, height: 300 },
    },
  },
  { name: "Image", segment: "images", upload: true, fields: FILE, defaults: FILE_DEFAULTS },
  {
    name: "Pdf",
    segment: "pdfs",
    upload: true,
    fields: { ...FILE, index: "number" },
    defaults: { ...FILE_DEFAULTS, index: 1 },
  },
  {
    name: "Video",
    segment: "videos",
    upload: true,
    fields: { ...FILE, playback_position: "number", playback_state: "text" },
    defaults: { ...FILE_DEFAULTS, playback_position: 0, playback_state: "STOPPED" },
  },
  {
    name: "Anchor",
    segment: "anchors",
    fields: { ...PLACED, anchor_name: "text", anchor_index: "number" },
    defaults: { ...PLACED_DEFAULTS, anchor_name: "New anchor", size: PANEL_SIZE },
  },
  {
    name: "Browser",
    segment: "browsers",
    fields: {
      ...PLACED,
      url: "text",
      title: "text",
      transparent_mode: "flag",
      main_frame_scroll_offset: "point",
    },
    defaults: {
      ...PLACED_DEFAULTS,
      url: "",
      title: "",
      transparent_mode: false,
      main_frame_scroll_offset: { x: 0, y: 0 },
      size: PANEL_SIZE,
    },
  },
  {
    name: "Connector",
    segment: "connectors",
    fields: { src: "end", dst: "end", line_color: "color", line_width: "positive", type: "text" },
    defaults: { line_color: "#e7e7f2ff", line_width: 5, type: "curve" },
  },
  {
    name: "Table",
    segment: "tables",
    passThrough: true,
    fields: { ...PLACED, title: "text" },
    defaults: { ...PLACED_DEFAULTS, title: "", grid_size: { columns: 3, rows: 3 }, size: PANEL_SIZE },
  },
  {
    name: "VideoInput",
    segment: "video-inputs",
    passThrough: true,
    fields: { ...PLACED, name: "text", source: "text" },
    defaults: { ...PLACED_DEFAULTS, name: "", source: "", size: { width: 960, height: 540 } },
  },
  { name: "IpVideo", segment: "ip-videos", readOnly: true, fields: PLACED, defaults: PLACED_DEFAULTS },
  {
    name: "RdpConnection",
    segment: "rdp-connections",
    readOnly: true,
    fields: PLACED,
    defaults: PLACED_DEFAULTS,
  },
];

export function widgetTypeBySegment(segment: string): WidgetType | undefined {
  return WIDGET_TYPES.find((type) => type.segment === segment);
}

/** Replies capitalise type names; requests may not. */
export function widgetTypeByName(name: unknown): WidgetType | undefined {
  if (typeof name !== "string") return undefined;
  return WIDGET_TYPES.find((type) => type.name.toLowerCase() === name.toLowerCase());
}
