import type { PdfPageKind } from "../pdf-page.ts";
import type { Pdfium } from "./pdfium.ts";

/** With fewer letters a page counts as a picture when pictures cover most of it: a scan with a stamp or a number. */
const FEW_LETTERS = 60;
const MOST = 0.5;
/** Kinds of page objects (fpdf_edit.h): what may hold a picture. */
const IMAGE = 3;
const FORM = 5;
const MAX_OBJECTS = 1000;
const BOUNDS_BYTES = 16;

/** What there is to read on a page. */
export function pageKind(pdfium: Pdfium, page: number, text: string): PdfPageKind {
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  if (letters >= FEW_LETTERS) return "text";
  const objects = pdfium.FPDFPage_CountObjects(page);
  if (letters === 0) return objects === 0 ? "blank" : "picture";
  return largestPicture(pdfium, page, Math.min(objects, MAX_OBJECTS)) >= MOST ? "picture" : "text";
}

/** Of the page's area, 0 to 1. */
function largestPicture(pdfium: Pdfium, page: number, objects: number): number {
  const pageArea = pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page);
  const bounds = pdfium.malloc(BOUNDS_BYTES);
  let largest = 0;
  for (let index = 0; index < objects; index += 1) {
    const object = pdfium.FPDFPage_GetObject(page, index);
    const type = pdfium.FPDFPageObj_GetType(object);
    if (type !== IMAGE && type !== FORM) continue;
    if (!pdfium.FPDFPageObj_GetBounds(object, bounds, bounds + 4, bounds + 8, bounds + 12)) continue;
    const [left = 0, bottom = 0, right = 0, top = 0] = new Float32Array(pdfium.memory.buffer, bounds, 4);
    largest = Math.max(largest, ((right - left) * (top - bottom)) / pageArea);
  }
  pdfium.free(bounds);
  return largest;
}
