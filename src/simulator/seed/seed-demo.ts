import type { Canvas } from "../model/canvas.ts";
import { widgetTypeByName } from "../model/widget-types.ts";
import { demoNotes } from "./demo-notes.ts";

/** Puts the demo's welcome and its first questions on a canvas. */
export function seedDemo(canvas: Canvas): void {
  const type = widgetTypeByName("Note");
  if (type === undefined) return;
  for (const [index, note] of demoNotes().entries()) {
    canvas.create(type, { ...note, depth: index + 1, auto_text_color: false, text_color: "#1f2430ff" });
  }
}
