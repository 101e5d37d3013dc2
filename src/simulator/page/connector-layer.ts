import type { Point, Widget } from "../../canvus/widget.ts";
import type { BoardModel, Rect } from "./board-model.ts";
import { paperColor } from "./color.ts";

const SVG = "http://www.w3.org/2000/svg";
const TIP_LENGTH = 5;

interface End {
  readonly at: Point;
  /** The way out of the widget, a unit vector. */
  readonly out: Point;
  readonly tip: boolean;
}

function center(rect: Rect): Point {
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
}

/** The middle of the side that faces the other widget. */
function facingSide(rect: Rect, other: Rect): Pick<End, "at" | "out"> {
  const [from, to] = [center(rect), center(other)];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  if (Math.abs(dx) * rect.height >= Math.abs(dy) * rect.width) {
    const sign = Math.sign(dx) || 1;
    return { at: { x: from.x + (sign * rect.width) / 2, y: from.y }, out: { x: sign, y: 0 } };
  }
  const sign = Math.sign(dy) || 1;
  return { at: { x: from.x, y: from.y + (sign * rect.height) / 2 }, out: { x: 0, y: sign } };
}

function readEnd(
  value: unknown,
  model: BoardModel,
): { rect: Rect; value: Record<string, unknown> } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const record = value as Record<string, unknown>;
  const widget = typeof record.id === "string" ? model.find(record.id) : undefined;
  return widget === undefined ? undefined : { rect: model.rect(widget), value: record };
}

function place(end: { rect: Rect; value: Record<string, unknown> }, other: Rect): End {
  const { rect, value } = end;
  const facing = facingSide(rect, other);
  const tip = value.tip !== undefined && value.tip !== "none";
  const relative = value.rel_location as Partial<Point> | undefined;
  if (value.auto_location !== false || relative === undefined) return { ...facing, tip };
  const at = { x: rect.x + rect.width * (relative.x ?? 0.5), y: rect.y + rect.height * (relative.y ?? 0.5) };
  const middle = center(rect);
  const horizontal = Math.abs(at.x - middle.x) * rect.height >= Math.abs(at.y - middle.y) * rect.width;
  const out = horizontal
    ? { x: Math.sign(at.x - middle.x) || 1, y: 0 }
    : { x: 0, y: Math.sign(at.y - middle.y) || 1 };
  return { at, out, tip };
}

function tipPath({ at, out }: End, length: number): string {
  const half = length * 0.58;
  const base = { x: at.x + out.x * length, y: at.y + out.y * length };
  const left = { x: base.x - out.y * half, y: base.y + out.x * half };
  const right = { x: base.x + out.y * half, y: base.y - out.x * half };
  return `M${at.x} ${at.y}L${left.x} ${left.y}L${right.x} ${right.y}Z`;
}

function draw(connector: Widget, model: BoardModel): SVGGElement | undefined {
  const [src, dst] = [readEnd(connector.src, model), readEnd(connector.dst, model)];
  if (src === undefined || dst === undefined) return undefined;
  const [from, to] = [place(src, dst.rect), place(dst, src.rect)];
  const width = typeof connector.line_width === "number" ? connector.line_width : TIP_LENGTH;
  const tip = width * TIP_LENGTH;
  const reach = Math.max(80, Math.hypot(to.at.x - from.at.x, to.at.y - from.at.y) / 2.5);
  const bend = (end: End) => `${end.at.x + end.out.x * reach} ${end.at.y + end.out.y * reach}`;
  const start = (end: End) => {
    const inset = end.tip ? tip * 0.8 : 0;
    return `${end.at.x + end.out.x * inset} ${end.at.y + end.out.y * inset}`;
  };
  const color = paperColor(typeof connector.line_color === "string" ? connector.line_color : undefined);
  const group = document.createElementNS(SVG, "g");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", `M${start(from)}C${bend(from)} ${bend(to)} ${start(to)}`);
  line.setAttribute("fill", "none");
  line.setAttribute("stroke", color);
  line.setAttribute("stroke-width", String(width));
  line.setAttribute("stroke-linecap", "round");
  group.append(line);
  for (const end of [from, to].filter((candidate) => candidate.tip)) {
    const head = document.createElementNS(SVG, "path");
    head.setAttribute("d", tipPath(end, tip));
    head.setAttribute("fill", color);
    group.append(head);
  }
  return group;
}

/** Draws all connectors anew; there are few, and each depends on two widgets that may have moved. */
export function drawConnectors(layer: SVGSVGElement, model: BoardModel): void {
  const connectors = model.widgets.filter((widget) => widget.widget_type === "Connector");
  layer.replaceChildren(...connectors.map((c) => draw(c, model)).filter((drawn) => drawn !== undefined));
}
