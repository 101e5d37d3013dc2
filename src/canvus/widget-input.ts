import { noteColors } from "./colors.ts";
import type { Point, Size } from "./widget.ts";

/** A note to be created. Units are those of the parent; without `parent_id` that is the whole canvas. */
export interface NoteInput {
  /** Must be unique to this note: after a lost answer the note is found by it. It cannot be changed later. */
  readonly title: string;
  readonly text: string;
  readonly location: Point;
  readonly size: Size;
  readonly scale?: number;
  readonly depth?: number;
  readonly pinned?: boolean;
  readonly background_color?: string;
  readonly text_color?: string;
  readonly auto_text_color?: boolean;
  readonly parent_id?: string;
}

/** An image to be uploaded; `size` is always sent, because what the server would choose is not certain. */
export interface ImageInput {
  readonly data: Uint8Array;
  readonly filename: string;
  /** Must be unique to this image, as for notes. */
  readonly title: string;
  readonly location: Point;
  readonly size: Size;
  readonly scale: number;
  readonly depth: number;
  readonly parent_id?: string;
}

/** Fields to replace; all values are absolute, so repeating a patch does no harm. */
export interface WidgetPatch {
  readonly text?: string;
  /** Honoured for images; servers silently ignore it for notes. */
  readonly title?: string;
  readonly location?: Point;
  readonly size?: Size;
  readonly scale?: number;
  readonly depth?: number;
  readonly pinned?: boolean;
  readonly background_color?: string;
  readonly text_color?: string;
  readonly auto_text_color?: boolean;
  readonly parent_id?: string;
}

/** How a widget is addressed for writing: its type decides the path. */
export interface WidgetReference {
  readonly id: string;
  readonly widget_type: string;
}

/**
 * Completes the colour triple: a server answers 409 to a colour that arrives while `auto_text_color` is true, so the
 * switch, the background and the text colour travel in one request. A missing text colour is chosen to be readable.
 */
export function withColorTriple<T extends WidgetPatch>(fields: T): T {
  const { background_color, text_color } = fields;
  if (background_color !== undefined) return { ...fields, ...noteColors(background_color, text_color) };
  if (text_color !== undefined) return { ...fields, auto_text_color: false };
  return fields;
}
