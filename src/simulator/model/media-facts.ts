import type { Size } from "../../canvus/widget.ts";
import type { FileKind } from "./file-kind.ts";

export interface MediaFacts {
  readonly size: Size;
  readonly pages: number;
}

/** Refuses to decode pictures beyond this many pixels (about 100 megapixels). */
const MAX_PIXELS = 100_000_000;
/** A4 in points: what a PDF without a readable page box gets. */
const A4: Size = { width: 595, height: 842 };
/** Pixel size assumed for videos, which nobody here decodes. */
const VIDEO: Size = { width: 1280, height: 720 };

function pdfFacts(bytes: Uint8Array): MediaFacts {
  const text = new TextDecoder("latin1").decode(bytes);
  const box = /\/MediaBox\s*\[\s*(-?[\d.]+)\s+(-?[\d.]+)\s+(-?[\d.]+)\s+(-?[\d.]+)\s*\]/.exec(text);
  const pages = Math.max(1, text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0);
  if (box === null) return { size: A4, pages };
  const [left = 0, bottom = 0, right = 0, top = 0] = box.slice(1).map(Number);
  const size = { width: right - left, height: top - bottom };
  return { size: size.width > 0 && size.height > 0 ? size : A4, pages };
}

/** Pixel or page size of a file; undefined when it cannot be decoded. */
export async function readMediaFacts(
  bytes: Uint8Array<ArrayBuffer>,
  kind: FileKind,
): Promise<MediaFacts | undefined> {
  if (kind.widgetType === "Pdf") return pdfFacts(bytes);
  if (kind.widgetType === "Video") return { size: VIDEO, pages: 1 };
  try {
    const { width, height } = await new Bun.Image(bytes, { maxPixels: MAX_PIXELS }).metadata();
    return { size: { width, height }, pages: 1 };
  } catch {
    return undefined;
  }
}

/** A picture scaled to `size`, as WebP. */
export async function encodeWebp(
  bytes: Uint8Array<ArrayBuffer>,
  size: Size,
): Promise<Uint8Array<ArrayBuffer>> {
  const image = new Bun.Image(bytes, { maxPixels: MAX_PIXELS });
  const encoded = await image.resize(size.width, size.height).webp().bytes();
  return new Uint8Array(encoded);
}
