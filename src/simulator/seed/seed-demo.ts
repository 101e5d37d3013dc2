import { readFileSync } from "node:fs";
import redCircle from "../../models/demo/red-circle.png" with { type: "file" };
import type { Canvas } from "../model/canvas.ts";
import type { UploadProcessor } from "../model/upload-processor.ts";
import { widgetTypeByName } from "../model/widget-types.ts";
import bridgePdf from "./bridge.pdf" with { type: "file" };
import { demoNotes } from "./demo-notes.ts";

/** Right of the questions, with room for what is said about them. The demo's models know both. */
const BRIDGE = {
  title: "The new bridge.pdf",
  location: { x: 5660, y: 2100 },
  size: { width: 300, height: 424 },
};
const CIRCLE = { title: "A picture", location: { x: 5660, y: 2640 }, size: { width: 300, height: 300 } };

/** Puts the demo's welcome, its first questions, a PDF and a picture on a canvas. */
export function seedDemo(canvas: Canvas, uploads: UploadProcessor): void {
  const [note, pdf, image] = ["Note", "Pdf", "Image"].map(widgetTypeByName);
  if (!note || !pdf || !image) return;
  for (const [index, fields] of demoNotes().entries()) {
    canvas.create(note, { ...fields, depth: index + 1, auto_text_color: false, text_color: "#1f2430ff" });
  }
  uploads.create(canvas, pdf, BRIDGE, new Uint8Array(readFileSync(bridgePdf)));
  uploads.create(canvas, image, CIRCLE, new Uint8Array(readFileSync(redCircle)));
}
