/**
 * - `text`: its text is there to read.
 * - `picture`: it has hardly any text but shows something, as a scan does: have it rendered and looked at.
 * - `blank`: nothing is on it.
 * - `damaged`: it cannot be read; the others can.
 */
export type PdfPageKind = "text" | "picture" | "blank" | "damaged";

export interface PdfPage {
  /** The first is 1. */
  readonly page: number;
  /** How many there are. */
  readonly pages: number;
  readonly kind: PdfPageKind;
  /** Lines in reading order, an empty line between paragraphs, cells of a table parted by tabs where it has wide ones. */
  readonly text: string;
}
