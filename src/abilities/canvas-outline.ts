import { GeometryIndex, type Rect } from "../canvus/geometry.ts";
import type { Widget } from "../canvus/widget.ts";
import { isIconTitle } from "../triggers/image-trigger.ts";
import { withoutStatus } from "../triggers/our-marks.ts";
import type { CanvasView } from "./ability.ts";
import { groupNearby } from "./group-nearby.ts";

/** Longer notes are cut: one of them must not crowd out the rest of a canvas. */
const MAX_CHARACTERS = 4000;
/** Of a note that is only mentioned, as the end of a connector. */
const SHORT_CHARACTERS = 60;
/** Looked at in one go; between two of them the service does other things, because canvases hold up to 100,000. */
const BATCH = 500;

interface Item {
  readonly id: string;
  /** One line, or several when it is a note. */
  readonly line: string;
  readonly rect: Rect;
}

interface Region {
  readonly name: string;
  readonly rect: Rect;
}

/**
 * What stands on a canvas, as a person would tell it: texts and titles by region (anchors) or by what lies together,
 * and what is connected. No ids, no coordinates.
 *
 * @param ignored ids of widgets that are not part of it: the icon that asked, the note that will be the answer
 */
export async function canvasOutline(canvas: CanvasView, ignored: ReadonlySet<string>): Promise<string[]> {
  const index = new GeometryIndex((id) => canvas.state.get(id));
  const items: Item[] = [];
  const regions: Region[] = [];
  const connectors: Widget[] = [];
  let looked = 0;
  for (const widget of canvas.state.all()) {
    if (++looked % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
    if (ignored.has(widget.id)) continue;
    const type = widget.widget_type.toLowerCase();
    if (type === "anchor")
      regions.push({ name: String(widget.anchor_name ?? ""), rect: index.of(widget).rect });
    else if (type === "connector") connectors.push(widget);
    const line = describe(widget);
    if (line !== null) items.push({ id: widget.id, line, rect: index.of(widget).rect });
  }
  // The picture of a canvas has no order of its own.
  items.sort(byReading);
  return [...grouped(items, regions), ...connections(connectors, items)];
}

/** Null for what says nothing: empty notes, icons, the canvas itself. */
function describe(widget: Widget): string | null {
  const title = (widget.title ?? "").trim();
  switch (widget.widget_type.toLowerCase()) {
    case "note": {
      const text = withoutStatus(widget.text ?? "").trim();
      return text === "" ? null : clipped(text, MAX_CHARACTERS);
    }
    case "image":
      return isIconTitle(title) ? null : named("picture", title);
    case "pdf":
      return named("PDF", title || String(widget.original_filename ?? ""));
    case "video":
      return named("video", title);
    case "browser":
      return named("web page", title || String(widget.url ?? ""));
    case "table":
      return named("table", title);
    default:
      return null;
  }
}

function grouped(items: readonly Item[], regions: readonly Region[]): string[] {
  const inRegion = new Map<Region, Item[]>();
  const elsewhere: Item[] = [];
  for (const item of items) {
    const region = smallestAround(item.rect, regions);
    const members = region === undefined ? elsewhere : inRegion.get(region);
    if (members) members.push(item);
    else if (region) inRegion.set(region, [item]);
  }
  const clusters = groupNearby(elsewhere, ({ rect }) => rect);
  const named = [...inRegion].map(([{ name }, members]) => ({ heading: `Region "${name}":`, members }));
  const hasHeadings = named.length > 0 || clusters.length > 1;
  const unnamed = clusters.map((members, at) => ({ heading: `Group ${at + 1}:`, members }));
  return [...named, ...unnamed].flatMap(({ heading, members }) => [
    ...(hasHeadings ? [heading] : []),
    ...members.toSorted(byReading).map(({ line }) => `- ${line}`),
  ]);
}

function connections(connectors: readonly Widget[], items: readonly Item[]): string[] {
  if (connectors.length === 0) return [];
  const lines = new Map(
    items.map(({ id, line }) => [id, clipped(line.split("\n")[0] ?? "", SHORT_CHARACTERS)]),
  );
  const related = connectors.flatMap(({ src, dst }) => {
    const [from, to] = [lines.get(idOf(src)), lines.get(idOf(dst))];
    return from === undefined || to === undefined ? [] : [`- "${from}" leads to "${to}"`];
  });
  return related.length === 0 ? [] : ["Connections:", ...related];
}

function smallestAround(rect: Rect, regions: readonly Region[]): Region | undefined {
  const [x, y] = [rect.x + rect.width / 2, rect.y + rect.height / 2];
  let best: Region | undefined;
  for (const region of regions) {
    const { rect: around } = region;
    const isInside =
      x >= around.x && x <= around.x + around.width && y >= around.y && y <= around.y + around.height;
    if (isInside && (best === undefined || area(around) < area(best.rect))) best = region;
  }
  return best;
}

function byReading({ rect: one }: Item, { rect: other }: Item): number {
  return one.y - other.y || one.x - other.x;
}

function area({ width, height }: Rect): number {
  return width * height;
}

function named(kind: string, title: string): string | null {
  return title === "" ? null : `(${kind}) ${title}`;
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).trimEnd()} …`;
}

function idOf(end: unknown): string {
  return typeof end === "object" && end !== null && "id" in end ? String(end.id) : "";
}
