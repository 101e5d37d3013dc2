import type { Size } from "../../canvus/widget.ts";
import { type ApiRequest, json, methodNotAllowed, type Reply } from "../api-request.ts";
import { badRequest, HttpFailure, notFound } from "../http-failure.ts";
import { isJsonObject } from "../json.ts";
import type { Asset } from "../model/asset-store.ts";
import type { Canvas } from "../model/canvas.ts";
import { encodeWebp, type MediaFacts, readMediaFacts } from "../model/media-facts.ts";
import { visibleCanvas, type World } from "../world.ts";

/** The smallest mipmap level fits into a square of this many pixels. */
const TOP_LEVEL_PIXELS = 128;
const IMMUTABLE = { "cache-control": "private, max-age=157680000, immutable" };

export function deliver(asset: Asset, headers: Readonly<Record<string, string>>): Reply {
  const type = asset.kind?.contentType ?? "application/octet-stream";
  return { kind: "bytes", bytes: asset.bytes, headers: { "content-type": type, ...headers } };
}

/** /assets/:hash, the original file. */
export function handleAssets(world: World, request: ApiRequest): Reply {
  if (request.method !== "GET") throw methodNotAllowed(request);
  return deliver(findAsset(world, request), IMMUTABLE);
}

/** /mipmaps/:hash (facts) and /mipmaps/:hash/:level (a WebP picture). */
export async function handleMipmaps(world: World, request: ApiRequest): Promise<Reply> {
  if (request.method !== "GET") throw methodNotAllowed(request);
  const asset = findAsset(world, request);
  const { kind } = asset;
  if (kind === undefined || kind.widgetType === "Video") throw new HttpFailure(501, "Unsupported asset type");
  const facts = await readMediaFacts(asset.bytes, kind);
  if (facts === undefined) throw new HttpFailure(501, "Unsupported asset type");
  checkPage(request, facts);
  const maxLevel = levelsAbove(facts.size);
  const level = request.segments[2];
  if (level === undefined) return json({ resolution: facts.size, max_level: maxLevel, pages: facts.pages });
  if (!/^\d+$/.test(level) || Number(level) > maxLevel) throw badRequest("Mipmap level out of range");
  // Drawing PDF pages would take a PDF renderer, which the simulator does without.
  if (kind.widgetType === "Pdf") throw new HttpFailure(501, "Unsupported asset type");
  const bytes = await encodeWebp(asset.bytes, halve(facts.size, Number(level)));
  return { kind: "bytes", bytes, headers: { "content-type": "image/webp", ...IMMUTABLE } };
}

/** Both need the canvas in a header, and the asset to be on that canvas. */
function findAsset(world: World, request: ApiRequest): Asset {
  const canvasId = request.http.headers.get("canvas-id");
  if (canvasId === null) throw badRequest("canvas-id header is missing");
  const { canvas } = visibleCanvas(world, request.caller, canvasId);
  const hash = request.segments[1] ?? "";
  const asset = world.assets.get(hash);
  if (asset === undefined || !shows(canvas, hash)) throw notFound("Asset");
  return asset;
}

function shows(canvas: Canvas, hash: string): boolean {
  const { image } = canvas.background;
  return (
    (isJsonObject(image) && image.hash === hash) || canvas.widgets.some((widget) => widget.hash === hash)
  );
}

function checkPage(request: ApiRequest, facts: MediaFacts): void {
  const page = request.query.get("page") ?? "0";
  if (!/^\d+$/.test(page) || Number(page) >= facts.pages) throw badRequest("Page out of range");
}

function halve(size: Size, level: number): Size {
  const shrunk = (length: number) => Math.max(1, Math.round(length / 2 ** level));
  return { width: shrunk(size.width), height: shrunk(size.height) };
}

function levelsAbove(size: Size): number {
  let level = 0;
  for (let at = size; Math.max(at.width, at.height) > TOP_LEVEL_PIXELS; at = halve(size, level)) level += 1;
  return level;
}
