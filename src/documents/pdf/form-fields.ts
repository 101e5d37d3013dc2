import type { FieldText } from "./page-text.ts";
import type { Pdfium } from "./pdfium.ts";

/** Kinds of annotations (fpdf_annot.h). */
const FREE_TEXT = 3;
const WIDGET = 20;
/** Kinds of form fields (fpdf_formfill.h). */
const CHECK_BOX = 2;
const RADIO_BUTTON = 3;
const WITH_TEXT: ReadonlySet<number> = new Set([4, 5, 6]); // choice of a list, list, text

/** Forms with more fields on a page are read as far as that. */
const MAX_FIELDS = 2000;
const MAX_TEXT_BYTES = 64 * 1024;
const RECT_BYTES = 16;

/**
 * What people filled in; it is no part of a page's own text.
 * @param form handle of the form environment, 0 = the document has no form
 */
export function formFields(pdfium: Pdfium, form: number, page: number): readonly FieldText[] {
  const fields: FieldText[] = [];
  const count = Math.min(pdfium.FPDFPage_GetAnnotCount(page), MAX_FIELDS);
  for (let index = 0; index < count; index += 1) {
    const annotation = pdfium.FPDFPage_GetAnnot(page, index);
    if (annotation === 0) continue;
    const text = textOf(pdfium, form, annotation);
    const place = text === "" ? null : placeOf(pdfium, annotation);
    if (place !== null) fields.push({ text, ...place });
    pdfium.FPDFPage_CloseAnnot(annotation);
  }
  return fields;
}

function textOf(pdfium: Pdfium, form: number, annotation: number): string {
  const subtype = pdfium.FPDFAnnot_GetSubtype(annotation);
  if (subtype === FREE_TEXT) return contentsOf(pdfium, annotation);
  if (subtype !== WIDGET || form === 0) return "";
  const type = pdfium.FPDFAnnot_GetFormFieldType(form, annotation);
  if (type === RADIO_BUTTON) return mark(pdfium.FPDFAnnot_IsChecked(form, annotation) !== 0);
  const value = readText(pdfium, (target, bytes) =>
    pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, target, bytes),
  );
  // The value decides: how the box looks is left out by some programs.
  if (type === CHECK_BOX) return mark(value !== "" && value !== "Off");
  return WITH_TEXT.has(type) ? value : "";
}

function mark(isChecked: boolean): string {
  return isChecked ? "[x]" : "[ ]";
}

function contentsOf(pdfium: Pdfium, annotation: number): string {
  const key = new TextEncoder().encode("Contents\0");
  const pointer = pdfium.malloc(key.length);
  new Uint8Array(pdfium.memory.buffer, pointer, key.length).set(key);
  const text = readText(pdfium, (target, bytes) =>
    pdfium.FPDFAnnot_GetStringValue(annotation, pointer, target, bytes),
  );
  pdfium.free(pointer);
  return text;
}

/** PDFium's way to hand out UTF-16: asked with no room it says how many bytes it needs, the final zero included. */
function readText(pdfium: Pdfium, get: (target: number, bytes: number) => number): string {
  const bytes = get(0, 0);
  if (bytes <= 2 || bytes > MAX_TEXT_BYTES) return "";
  const target = pdfium.malloc(bytes);
  get(target, bytes);
  const text = new TextDecoder("utf-16le").decode(new Uint8Array(pdfium.memory.buffer, target, bytes - 2));
  pdfium.free(target);
  return text.replace(/\s+/g, " ").trim();
}

function placeOf(pdfium: Pdfium, annotation: number): Omit<FieldText, "text"> | null {
  const pointer = pdfium.malloc(RECT_BYTES);
  const isKnown = pdfium.FPDFAnnot_GetRect(annotation, pointer);
  const [left = 0, top = 0, right = 0, bottom = 0] = new Float32Array(pdfium.memory.buffer, pointer, 4);
  pdfium.free(pointer);
  return isKnown
    ? { start: left, end: right, low: Math.min(bottom, top), high: Math.max(bottom, top) }
    : null;
}
