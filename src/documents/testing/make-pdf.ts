/** What is on one page of a PDF made for a test. */
export interface TestPage {
  /** Lines of Latin text from the top down; numbers stand for empty space, in points. */
  readonly lines?: readonly (string | number)[];
  /** Degrees by which viewers turn the page. */
  readonly rotate?: number;
  /** Further content, as operators of PDF. */
  readonly content?: string;
  /** A grey picture over all of it, as scanners make pages. */
  readonly isScan?: boolean;
  /** Filled-in text fields: where they stand from left and bottom, and what is in them. */
  readonly fields?: readonly { readonly x: number; readonly y: number; readonly value: string }[];
}

const WIDTH = 595;
const HEIGHT = 842;
const LEADING = 14;

/** A small PDF: one font, as many pages as wanted. */
export function makePdf(pages: readonly TestPage[]): Uint8Array<ArrayBuffer> {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  const stream = (data: string, entries = "") =>
    add(`<< /Length ${data.length} ${entries} >>\nstream\n${data}\nendstream`);

  add(""); // catalog and page tree come last, when their parts are known
  add("");
  const font = add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  const picture = stream(
    "\u0080",
    "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8",
  );
  const resources = `<< /Font << /F1 ${font} 0 R >> /XObject << /Im1 ${picture} 0 R >> >>`;
  const fields: number[] = [];
  const kids = pages.map((page) => {
    const content = stream(contentOf(page));
    const widgets = (page.fields ?? []).map(({ x, y, value }, index) =>
      add(
        `<< /Type /Annot /Subtype /Widget /FT /Tx /T (field${fields.length + index}) /V (${escaped(value)}) ` +
          `/DA (/F1 10 Tf) /Rect [${x} ${y} ${x + 150} ${y + 12}] >>`,
      ),
    );
    fields.push(...widgets);
    return add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Rotate ${page.rotate ?? 0} ` +
        `/Resources ${resources} /Contents ${content} 0 R /Annots [${references(widgets)}] >>`,
    );
  });
  const form = fields.length === 0 ? "" : `/AcroForm << /Fields [${references(fields)}] >>`;
  objects[0] = `<< /Type /Catalog /Pages 2 0 R ${form} >>`;
  objects[1] = `<< /Type /Pages /Kids [${references(kids)}] /Count ${kids.length} >>`;
  return withCrossReferences(objects);
}

function contentOf({ lines = [], content = "", isScan = false }: TestPage): string {
  const parts = [isScan ? `q ${WIDTH} 0 0 ${HEIGHT} 0 0 cm /Im1 Do Q` : "", content];
  let y = HEIGHT - 72;
  for (const line of lines) {
    if (typeof line === "number") {
      y -= line;
      continue;
    }
    parts.push(`BT /F1 11 Tf 72 ${y} Td (${escaped(line)}) Tj ET`);
    y -= LEADING;
  }
  return parts.join("\n").trim();
}

function escaped(text: string): string {
  return text.replace(/[\\()]/g, (sign) => `\\${sign}`);
}

function references(numbers: readonly number[]): string {
  return numbers.map((number) => `${number} 0 R`).join(" ");
}

function withCrossReferences(objects: readonly string[]): Uint8Array<ArrayBuffer> {
  let file = "%PDF-1.7\n";
  const offsets = objects.map((body, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Uint8Array.from(file, (character) => character.charCodeAt(0));
}
