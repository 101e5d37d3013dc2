import { type Bitmap, bmpFile } from "../../bmp-file.ts";
import { AppError } from "../../errors/app-error.ts";
import type { PdfFile } from "./pdf-file.ts";

/** Formats and flags of fpdfview.h. */
const BGR = 2;
const WITH_ANNOTATIONS = 0x01;
const WHITE = 0xffffffff;
/** Points an inch are 72; finer than that shows nothing more and only takes time. */
const MAX_SCALE = 300 / 72;

/**
 * Draws a page as people see it, with filled-in forms.
 * @param page the first is 1
 * @param maxSide of the longer side, in pixels
 * @returns a BMP file
 * @throws AppError PDF_INVALID, PDF_TOO_LARGE
 */
export function renderPage(file: PdfFile, page: number, maxSide: number): Uint8Array<ArrayBuffer> {
  if (page > file.pages) throw new AppError("PDF_INVALID", `The PDF has no page ${page}.`);
  const picture = file.withPage(page, (handle) => draw(file, handle, maxSide));
  if (picture === null) throw new AppError("PDF_INVALID", `Page ${page} of the PDF is damaged.`);
  return picture;
}

function draw({ pdfium, form }: PdfFile, page: number, maxSide: number): Uint8Array<ArrayBuffer> {
  const [width, height] = sizeOf(pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page), maxSide);
  const bitmap = pdfium.FPDFBitmap_CreateEx(width, height, BGR, 0, 0);
  if (bitmap === 0) throw new AppError("PDF_TOO_LARGE", "There is too little memory to draw the page.");
  pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
  pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, WITH_ANNOTATIONS);
  if (form !== 0) {
    pdfium.FORM_OnAfterLoadPage(page, form);
    pdfium.FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, WITH_ANNOTATIONS);
    pdfium.FORM_OnBeforeClosePage(page, form);
  }
  const stride = pdfium.FPDFBitmap_GetStride(bitmap);
  const start = pdfium.FPDFBitmap_GetBuffer(bitmap);
  const rows = new Uint8Array(pdfium.memory.buffer, start, stride * height);
  const drawn: Bitmap = { width, height, stride, rows };
  const picture = bmpFile(drawn);
  pdfium.FPDFBitmap_Destroy(bitmap);
  return picture;
}

function sizeOf(width: number, height: number, maxSide: number): readonly [number, number] {
  if (!(width > 0 && height > 0)) throw new AppError("PDF_INVALID", "The page has no size.");
  const scale = Math.min(maxSide / Math.max(width, height), MAX_SCALE);
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}
