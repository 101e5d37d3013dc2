import type { WidgetLookup } from "../canvus/geometry.ts";
import type { Widget } from "../canvus/widget.ts";
import { readImageTitle } from "./image-title.ts";
import type { Operation } from "./operation.ts";
import type { Trigger } from "./trigger.ts";

/** What an icon does, and on which type of widget it has to lie for that; elsewhere it is only parked. */
const ICONS: Readonly<Record<string, { readonly operation: Operation; readonly on: string }>> = {
  pdfprecis: { operation: "pdf_precis", on: "pdf" },
  canvusprecis: { operation: "canvas_precis", on: "sharedcanvas" },
  canvasprecis: { operation: "canvas_precis", on: "sharedcanvas" },
  imageanalysis: { operation: "image_analysis", on: "image" },
};

const ICON_PREFIX = /^ai[_\- ]*icon/i;
/** How Canvus titles what its snapshot tool cuts out; date and time follow. */
const SNAPSHOT_PREFIX = "snapshot at";
const FILE_EXTENSION = /\.[a-z0-9]{2,5}$/i;

/**
 * What a picture asks: an AI icon on a fitting widget, or a snapshot of handwriting. Null for all others, and for those
 * that are being worked on, or failed and have not been moved since.
 */
export function imageTrigger(image: Widget, lookup: WidgetLookup): Trigger | null {
  const { plain, claim } = readImageTitle(image.title ?? "");
  const place = placeOf(image);
  if (claim.state === "working" || (claim.state === "failed" && claim.place === place)) return null;
  if (plain.toLowerCase().startsWith(SNAPSHOT_PREFIX)) {
    return { operation: "handwriting", prompt: plain, content: `handwriting ${place}` };
  }
  const parent = parentOf(image, lookup);
  const icon = iconNamed(plain);
  if (!icon || parent?.widget_type.toLowerCase() !== icon.on) return null;
  const subject = parent.title || String(parent.original_filename ?? "");
  return {
    operation: icon.operation,
    prompt: describe(icon.operation, subject),
    content: `${icon.operation} ${place}`,
  };
}

/** Where a picture lies, in a form short enough for a title. A picture that was moved asks anew. */
export function placeOf({ parent_id = "", location }: Widget): string {
  const { x = 0, y = 0 } = location ?? {};
  const place = `${parent_id} ${Math.round(x)} ${Math.round(y)}`;
  return new Bun.CryptoHasher("sha256").update(place).digest("hex").slice(0, 8);
}

/** Also of icons that are being worked on or failed. */
export function isIconTitle(title: string): boolean {
  return ICON_PREFIX.test(title);
}

/** Old servers leave the parent out for what lies on the canvas itself. */
function parentOf(image: Widget, lookup: WidgetLookup): Widget | undefined {
  if (image.parent_id) return lookup(image.parent_id);
  return { id: "", widget_type: "SharedCanvas" };
}

/** Spellings differ between versions of the icons: case, separators and a file extension do not count. */
function iconNamed(title: string): (typeof ICONS)[string] | undefined {
  if (!isIconTitle(title)) return undefined;
  const name = title
    .replace(ICON_PREFIX, "")
    .replace(FILE_EXTENSION, "")
    .replace(/[_\- ]/g, "");
  return ICONS[name.toLowerCase()];
}

/** For people: the history is searched by it. */
function describe(operation: Operation, subject: string): string {
  if (operation === "canvas_precis") return "Summary of the canvas";
  const what = operation === "pdf_precis" ? "Summary of the PDF" : "Description of the image";
  return subject === "" ? what : `${what} ${subject}`;
}
