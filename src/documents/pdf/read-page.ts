import type { PdfPage } from "../pdf-page.ts";
import { formFields } from "./form-fields.ts";
import { pageKind } from "./page-kind.ts";
import { pageLines } from "./page-lines.ts";
import { pageText } from "./page-text.ts";
import type { PdfFile } from "./pdf-file.ts";

/**
 * @param page the first is 1
 * @param maxCharacters what is more on the page is left out
 * @throws AppError PDF_INVALID, PDF_TOO_LARGE; both mean that the library cannot be used any more
 */
export function readPage(file: PdfFile, page: number, maxCharacters: number): PdfPage {
  const { pdfium, pages } = file;
  const read = file.withUnturnedPage(page, (handle) => {
    const fields = formFields(pdfium, file.form, handle);
    const text = pageText(pageLines(pdfium, handle, maxCharacters), fields).slice(0, maxCharacters);
    return { kind: pageKind(pdfium, handle, text), text };
  });
  return { page, pages, ...(read ?? { kind: "damaged", text: "" }) };
}
