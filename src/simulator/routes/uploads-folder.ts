import { type ApiRequest, json, methodNotAllowed, type Reply } from "../api-request.ts";
import { badRequest } from "../http-failure.ts";
import { readWidgetFields } from "../model/widget-fields.ts";
import { type WidgetType, widgetTypeByName } from "../model/widget-types.ts";
import { editableCanvas, visibleCanvas, type World } from "../world.ts";
import { readParts } from "./read-upload.ts";

/** /canvases/:id/uploads-folder: takes notes and files that are not placed on the canvas. */
export async function handleUploadsFolder(world: World, request: ApiRequest, id: string): Promise<Reply> {
  const { canvas } = visibleCanvas(world, request.caller, id);
  if (request.method === "GET") return json([]);
  if (request.method !== "POST") throw methodNotAllowed(request);
  editableCanvas(world, request.caller, id);
  const { fields, file } = await readParts(request);
  const asset = file === undefined ? undefined : world.assets.add(file.bytes);
  const kind = fields.upload_type === "note" ? "Note" : asset?.kind?.widgetType;
  const type: WidgetType | undefined = widgetTypeByName(kind);
  if (type === undefined) throw badRequest(asset === undefined ? "data is missing" : "Unsupported file type");
  return json({
    ...type.defaults,
    ...(asset === undefined ? {} : { hash: "", original_filename: file?.name ?? "" }),
    ...readWidgetFields(type, fields, type.defaults, true),
    // The literal id and a parent that is no widget are how the real server answers.
    id: "content",
    location: { x: 0, y: 0 },
    parent_id: canvas.id,
    state: "normal",
    widget_type: type.name,
  });
}
