import type { Widget } from "../../canvus/widget.ts";
import { badRequest } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";
import { widgetTypeByName } from "../model/widget-types.ts";
import type { World } from "../world.ts";
import { iconFile } from "./icon-files.ts";

/** Of installer/canvus-menu/menu.yml. */
const MENU_SCALE = 0.33;
const ABOVE_EVERYTHING = 10_000;

/**
 * `{"canvas_id", "icon", "onto"?, "location"?}`: drops an icon of the AI menu, titled `icon` (such as
 * `AI_Icon_PDF_Precis`), on the widget with the id `onto`, or on the canvas itself.
 * @throws HttpFailure 400, 404
 */
export async function dropIcon(world: World, body: JsonObject): Promise<Widget> {
  const { canvas_id: canvasId, icon, onto, location = { x: 40, y: 40 } } = body;
  if (typeof icon !== "string" || icon === "") throw badRequest("icon is missing");
  const { canvas } = world.catalog.get(String(canvasId));
  const type = widgetTypeByName("Image");
  if (type === undefined) throw badRequest("Unknown object type Image");
  const { path, size } = iconFile(icon);
  const fields = {
    title: icon,
    original_filename: `${icon}.png`,
    location,
    size,
    scale: MENU_SCALE,
    depth: ABOVE_EVERYTHING,
    parent_id: onto === undefined ? canvas.sharedCanvasId : canvas.get(String(onto)).id,
  };
  return world.uploads.create(canvas, type, fields, await Bun.file(path).bytes());
}
