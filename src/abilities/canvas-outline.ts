import { GeometryIndex, type Rect } from "../canvus/geometry.ts";
import type { Widget } from "../canvus/widget.ts";
import { TimeSlice } from "../time-slice.ts";
import { isIconTitle } from "../triggers/image-trigger.ts";
import { withoutStatus } from "../triggers/our-marks.ts";
import type { CanvasView } from "./ability.ts";
import { groupNearby } from "./group-nearby.ts";
import { sortInSlices } from "./sort-in-slices.ts";

/** Longer notes are cut: one of them must not crowd out the rest of a canvas. */
const MAX_CHARACTERS = 4000;
/** Of a note that is only mentioned, as the end of a connector. */
const SHORT_CHARACTERS = 60;
/** Steps between two looks at the clock: canvases hold up to 100,000 widgets, and the service does other things, too. */
const STEPS = 50;

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
 * @param isIgnored what is not part of it: the icon that asked, the note that will be the answer
 */
export async function canvasOutline(
  canvas: CanvasView,
  isIgnored: (widget: Widget) => boolean,
): Promise<string[]> {
  const slice = new TimeSlice();
  const index = new GeometryIndex((id) => canvas.state.get(id));
  const items: Item[] = [];
  const regions: Region[] = [];
  const connectors: Widget[] = [];
  let looked = 0;
  for (const widget of canvas.state.all()) {
    if (++looked % STEPS === 0) await slice.restIfOver();
    if (isIgnored(widget)) continue;
    const type = widget.widget_type.toLowerCase();
    if (type === "anchor")
      regions.push({ name: String(widget.anchor_name ?? ""), rect: index.of(widget).rect });
    else if (type === "connector") connectors.push(widget);
    const line = describe(widget);
    if (line !== null) items.push({ id: widget.id, line, rect: index.of(widget).rect });
  }
  // The picture of a canvas has no order of its own.
  const inOrder = await sortInSlices(items, byReading, slice);
  const lines = await grouped(inOrder, regions, slice);
  return lines.concat(await connections(connectors, inOrder, slice));
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

/** @param items in the order in which people read */
async function grouped(
  items: readonly Item[],
  regions: readonly Region[],
  slice: TimeSlice,
): Promise<string[]> {
  const inRegion = new Map<Region, Item[]>();
  const elsewhere: Item[] = [];
  for (const [at, item] of items.entries()) {
    if (at % STEPS === 0) await slice.restIfOver();
    const region = smallestAround(item.rect, regions);
    const members = region === undefined ? elsewhere : inRegion.get(region);
    if (members) members.push(item);
    else if (region) inRegion.set(region, [item]);
  }
  const clusters = await groupNearby(elsewhere, ({ rect }) => rect, slice);
  const named = [...inRegion].map(([{ name }, members]) => ({ heading: `Region "${name}":`, members }));
  const hasHeadings = named.length > 0 || clusters.length > 1;
  const unnamed = clusters.map((members, at) => ({ heading: `Group ${at + 1}:`, members }));
  const lines: string[] = [];
  for (const { heading, members } of [...named, ...unnamed]) {
    if (hasHeadings) lines.push(heading);
    for (const { line } of await sortInSlices(members, byReading, slice)) {
      if (lines.length % STEPS === 0) await slice.restIfOver();
      lines.push(`- ${line}`);
    }
  }
  return lines;
}

async function connections(
  connectors: readonly Widget[],
  items: readonly Item[],
  slice: TimeSlice,
): Promise<string[]> {
  if (connectors.length === 0) return [];
  const ends = new Set(connectors.flatMap(({ src, dst }) => [idOf(src), idOf(dst)]));
  const lines = new Map<string, string>();
  for (const [at, { id, line }] of items.entries()) {
    if (at % STEPS === 0) await slice.restIfOver();
    if (ends.has(id)) lines.set(id, clipped(line.split("\n")[0] ?? "", SHORT_CHARACTERS));
  }
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
