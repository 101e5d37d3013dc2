export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A widget as the Canvus API sends it. Unknown types and fields are carried through unharmed; nothing but `id` and
 * `widget_type` may be relied on (connectors have no location, old servers lack scale, deletions lack everything).
 * `location` and `size` are in the parent's unscaled units.
 */
export interface Widget {
  readonly id: string;
  readonly widget_type: string;
  readonly state?: string;
  readonly parent_id?: string;
  readonly location?: Point;
  readonly size?: Size;
  readonly scale?: number;
  readonly depth?: number;
  readonly pinned?: boolean;
  readonly title?: string;
  readonly text?: string;
  readonly background_color?: string;
  readonly text_color?: string;
  readonly auto_text_color?: boolean;
  readonly hash?: string;
  readonly [field: string]: unknown;
}

export interface WidgetChange {
  readonly kind: "added" | "updated" | "deleted";
  readonly widget: Widget;
  /** The widget before the change; absent when it was not known. */
  readonly previous?: Widget;
}
