import type { Widget } from "../../canvus/widget.ts";
import { badRequest } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";
import { sniffFileKind } from "../model/file-kind.ts";
import { widgetTypeByName } from "../model/widget-types.ts";
import type { World } from "../world.ts";

/**
 * `{"canvas_id", "image_base64", "title"?, "location"?, "size"?, "parent_id"?}`: what the snapshot tool of a Canvus
 * client does, an image titled "Snapshot at <date> <time>".
 * @throws HttpFailure 400, 404
 */
export function takeSnapshot(world: World, body: JsonObject): Widget {
  const { canvas_id: canvasId, image_base64: encoded, ...fields } = body;
  if (typeof encoded !== "string") throw badRequest("image_base64 is missing");
  const bytes = new Uint8Array(Buffer.from(encoded, "base64"));
  if (sniffFileKind(bytes)?.widgetType !== "Image") throw badRequest("image_base64 is no picture");
  const type = widgetTypeByName("Image");
  if (type === undefined) throw badRequest("Unknown object type Image");
  const now = new Date().toISOString();
  const title = `Snapshot at ${now.slice(0, 10)} ${now.slice(11, 19)}`;
  return world.uploads.create(world.catalog.get(String(canvasId)).canvas, type, { title, ...fields }, bytes);
}
