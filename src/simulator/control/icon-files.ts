import canvusPrecis from "../../../installer/canvus-menu/content/AI_Icon_Canvus_Precis.png" with {
  type: "file",
};
import imageAnalysis from "../../../installer/canvus-menu/content/AI_Icon_Image_Analysis.png" with {
  type: "file",
};
import pdfPrecis from "../../../installer/canvus-menu/content/AI_Icon_PDF_Precis.png" with { type: "file" };
import type { Size } from "../../canvus/widget.ts";

export interface IconFile {
  readonly path: string;
  /** In pixels. */
  readonly size: Size;
}

const OTHER_SIZE = { width: 209, height: 250 };
const PDF: IconFile = { path: pdfPrecis, size: { width: 193, height: 250 } };
const IMAGE: IconFile = { path: imageAnalysis, size: OTHER_SIZE };
const CANVAS: IconFile = { path: canvusPrecis, size: OTHER_SIZE };

/** The picture of the AI menu that belongs to a title, as Canvus users have it; for other titles any of them. */
export function iconFile(title: string): IconFile {
  if (/pdf/i.test(title)) return PDF;
  return /image/i.test(title) ? IMAGE : CANVAS;
}
