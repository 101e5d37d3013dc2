import type { Widget } from "../../canvus/widget.ts";
import {
  type ApiRequest,
  EMPTY_REPLY,
  json,
  live,
  methodNotAllowed,
  type Reply,
  readBody,
} from "../api-request.ts";
import { badRequest, HttpFailure, notFound } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";
import { type Canvas, typeOf } from "../model/canvas.ts";
import { type WidgetType, widgetTypeByName, widgetTypeBySegment } from "../model/widget-types.ts";
import { editableCanvas, visibleCanvas, type World } from "../world.ts";
import { deliver } from "./assets.ts";
import { isMultipart, readUpload } from "./read-upload.ts";

/** /canvases/:id/widgets and the typed collections beside it, with what lies below them. */
export async function handleWidgets(
  world: World,
  request: ApiRequest,
  id: string,
  segment: string,
): Promise<Reply> {
  const { canvas } = visibleCanvas(world, request.caller, id);
  const type = widgetTypeBySegment(segment);
  if (type === undefined && segment !== "widgets")
    throw new HttpFailure(404, `Unknown object type ${segment}`);
  const [, , , widgetId, action] = request.segments;
  if (action !== undefined) return handleAction(world, request, canvas.get(widgetId ?? "", type), action);
  if (segment === "widgets" && widgetId === "clone") throw new HttpFailure(501, "Not implemented");
  if (request.method === "GET")
    return widgetId === undefined ? list(canvas, request, type) : one(canvas, widgetId, type);
  editableCanvas(world, request.caller, id);
  if (request.method === "POST" && widgetId === undefined) return create(world, request, canvas, type);
  if (widgetId === undefined) throw methodNotAllowed(request);
  if (request.method === "DELETE") {
    canvas.remove(widgetId, type);
    return EMPTY_REPLY;
  }
  if (request.method !== "PATCH") throw methodNotAllowed(request);
  const stored = canvas.get(widgetId, type);
  return json(canvas.update(typeOf(stored), widgetId, await readBody(request)));
}

function list(canvas: Canvas, request: ApiRequest, type: WidgetType | undefined): Reply {
  const annotated = type === undefined && request.query.get("annotations") === "1";
  const withStrokes = (widget: JsonObject) => (annotated ? { ...widget, annotations: [] } : widget);
  return live({
    shape: "collection",
    snapshot: () =>
      type === undefined
        ? [...canvas.widgets, canvas.background].map(withStrokes)
        : canvas.widgets.filter((widget) => widget.widget_type === type.name),
    feed: canvas.feed,
    view: (item) => (type === undefined || item.widget_type === type.name ? item : undefined),
  });
}

function one(canvas: Canvas, id: string, type: WidgetType | undefined): Reply {
  canvas.get(id, type);
  return live({
    shape: "single",
    snapshot: () => [canvas.get(id, type)],
    feed: canvas.feed,
    view: (item) => (item.id === id ? item : undefined),
  });
}

async function create(
  world: World,
  request: ApiRequest,
  canvas: Canvas,
  type: WidgetType | undefined,
): Promise<Reply> {
  if (type?.upload && isMultipart(request)) {
    const { fields, file } = await readUpload(request);
    return json(world.uploads.create(canvas, type, { original_filename: file.name, ...fields }, file.bytes));
  }
  const payload = await readBody(request);
  const wanted = type ?? widgetTypeByName(payload.widget_type);
  if (wanted === undefined) throw badRequest(`Unknown object type ${String(payload.widget_type)}`);
  if (wanted.readOnly) throw badRequest(`WidgetType ${wanted.name} is not supported`);
  if (payload.source_widget_id !== undefined) return json(clone(world, request, canvas, wanted, payload));
  if (!wanted.upload) return json(canvas.create(wanted, payload));
  // A file that the server already has may be shown again by its hash.
  const asset = typeof payload.hash === "string" ? world.assets.get(payload.hash) : undefined;
  if (asset === undefined) throw badRequest("data is missing");
  return json(canvas.create(wanted, payload, { hash: asset.hash }));
}

function clone(
  world: World,
  request: ApiRequest,
  target: Canvas,
  type: WidgetType,
  payload: JsonObject,
): Widget {
  const source = visibleCanvas(world, request.caller, String(payload.source_canvas_id)).canvas;
  const original = source.get(String(payload.source_widget_id), type);
  const { parent_id: parent, ...fields } = original;
  // A note on automatic colour was stored with the colours it may not be given.
  if (fields.auto_text_color === true) delete (fields as Record<string, unknown>).text_color;
  const location = payload.location ?? fields.location;
  const inherited = source === target ? { parent_id: parent } : {};
  return target.create(
    type,
    { ...fields, ...inherited, location },
    type.upload ? { hash: original.hash } : {},
  );
}

function handleAction(world: World, request: ApiRequest, widget: Widget, action: string): Reply {
  if (action !== "download") throw new HttpFailure(404, `Unknown action ${action}`);
  if (request.method !== "GET") throw methodNotAllowed(request);
  const asset = world.assets.get(widget.hash ?? "");
  if (asset === undefined) throw notFound("Asset");
  return deliver(asset, {});
}
