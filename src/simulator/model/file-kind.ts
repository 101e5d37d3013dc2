export interface FileKind {
  readonly contentType: string;
  /** The widget type that shows such files. */
  readonly widgetType: "Image" | "Pdf" | "Video";
}

const PNG: FileKind = { contentType: "image/png", widgetType: "Image" };
const JPEG: FileKind = { contentType: "image/jpeg", widgetType: "Image" };
const GIF: FileKind = { contentType: "image/gif", widgetType: "Image" };
const WEBP: FileKind = { contentType: "image/webp", widgetType: "Image" };
const BMP: FileKind = { contentType: "image/bmp", widgetType: "Image" };
const PDF: FileKind = { contentType: "application/pdf", widgetType: "Pdf" };
const MP4: FileKind = { contentType: "video/mp4", widgetType: "Video" };
const WEBM: FileKind = { contentType: "video/webm", widgetType: "Video" };

/** Recognises a file by its first bytes; names and declared types are not to be trusted. */
export function sniffFileKind(bytes: Uint8Array): FileKind | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 16));
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return PNG;
  if (head.startsWith("\xff\xd8\xff")) return JPEG;
  if (head.startsWith("GIF8")) return GIF;
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return WEBP;
  if (head.startsWith("BM")) return BMP;
  if (head.startsWith("%PDF-")) return PDF;
  if (head.slice(4, 8) === "ftyp") return MP4;
  if (head.startsWith("\x1a\x45\xdf\xa3")) return WEBM;
  return undefined;
}
