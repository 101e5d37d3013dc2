import {
  type ApiRequest,
  EMPTY_REPLY,
  json,
  live,
  methodNotAllowed,
  type Reply,
  readBody,
} from "../api-request.ts";
import { badRequest, HttpFailure } from "../http-failure.ts";
import type { JsonObject } from "../json.ts";
import { type CanvasRecord, canvasObject } from "../model/canvas-catalog.ts";
import { patchColorPresets } from "../model/color-presets.ts";
import type { StreamSource } from "../stream-source.ts";
import { editableCanvas, requireEdit, requireToken, rightOn, visibleCanvas, type World } from "../world.ts";
import { handleBackground } from "./background.ts";
import { handleUploadsFolder } from "./uploads-folder.ts";
import { handleWidgets } from "./widgets.ts";

/** Everything under /canvases. */
export async function handleCanvases(world: World, request: ApiRequest): Promise<Reply> {
  const [, id, part] = request.segments;
  if (id === undefined) return handleCollection(world, request);
  if (part === undefined) return handleCanvas(world, request, id);
  switch (part) {
    case "preview":
      visibleCanvas(world, request.caller, id);
      throw new HttpFailure(404, `Canvas ${id} doesn't have preview`);
    case "move":
    case "copy":
    case "save":
    case "restore":
      return handleAction(world, request, id, part);
    case "permissions":
      return handlePermissions(world, request, id);
    case "color-presets":
      return handleColorPresets(world, request, id);
    case "background":
      return handleBackground(world, request, id);
    case "uploads-folder":
      return handleUploadsFolder(world, request, id);
    default:
      return handleWidgets(world, request, id, part);
  }
}

async function handleCollection(world: World, request: ApiRequest): Promise<Reply> {
  requireToken(request.caller);
  if (request.method === "GET") return live(canvasSource(world, request, "collection"));
  if (request.method !== "POST") throw methodNotAllowed(request);
  requireEdit(request.caller);
  const { name, folder_id: folder } = await readBody(request);
  const record = world.catalog.create({
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof folder === "string" ? { folderId: world.folders.get(folder).id } : {}),
  });
  return json(shown(record, request));
}

async function handleCanvas(world: World, request: ApiRequest, id: string): Promise<Reply> {
  const record = visibleCanvas(world, request.caller, id);
  if (request.method === "GET") return live(canvasSource(world, request, "single", id));
  editableCanvas(world, request.caller, record.canvas.id);
  if (request.method === "DELETE") {
    world.catalog.remove(id);
    return EMPTY_REPLY;
  }
  if (request.method !== "PATCH") throw methodNotAllowed(request);
  const { name, mode } = await readBody(request);
  if (name !== undefined && typeof name !== "string") throw badRequest("Invalid value for name");
  if (mode !== undefined && mode !== "normal" && mode !== "demo") throw badRequest("Invalid value for mode");
  const changes = { name: name ?? record.name, mode: mode ?? record.mode };
  return json(shown(world.catalog.update(id, changes), request));
}

type Action = "move" | "copy" | "save" | "restore";

async function handleAction(world: World, request: ApiRequest, id: string, action: Action): Promise<Reply> {
  if (request.method !== "POST") throw methodNotAllowed(request);
  const record = editableCanvas(world, request.caller, id);
  if (action === "save" || action === "restore") {
    record.canvas[action]();
    return json(shown(record, request));
  }
  const { folder_id: folder } = await readBody(request);
  if (typeof folder !== "string") throw badRequest("folder_id is missing");
  const folderId = world.folders.get(folder).id;
  if (action === "move") return json(shown(world.catalog.update(id, { folder_id: folderId }), request));
  const copy = world.catalog.create({ name: `${record.name} (1)`, folderId });
  copy.canvas.copyFrom(record.canvas);
  return json(shown(copy, request));
}

async function handlePermissions(world: World, request: ApiRequest, id: string): Promise<Reply> {
  const record = visibleCanvas(world, request.caller, id);
  if (request.method === "GET") {
    const withoutId = ({ id: canvasId, ...permissions }: JsonObject) =>
      canvasId === id ? permissions : undefined;
    return live({
      shape: "single",
      snapshot: () => [{ ...world.catalog.get(id).permissions }],
      feed: world.catalog.permissionsFeed,
      view: withoutId,
    });
  }
  if (request.method !== "POST") throw methodNotAllowed(request);
  editableCanvas(world, request.caller, record.canvas.id);
  return json(world.catalog.setPermissions(id, await readBody(request)));
}

async function handleColorPresets(world: World, request: ApiRequest, id: string): Promise<Reply> {
  const { canvas } = visibleCanvas(world, request.caller, id);
  if (request.method === "GET") return json(canvas.colorPresets);
  if (request.method !== "PATCH") throw methodNotAllowed(request);
  editableCanvas(world, request.caller, id);
  canvas.colorPresets = patchColorPresets(canvas.colorPresets, await readBody(request));
  return json(canvas.colorPresets);
}

function shown(record: CanvasRecord, request: ApiRequest): JsonObject {
  return canvasObject(record, rightOn(record, request.caller));
}

function canvasSource(
  world: World,
  request: ApiRequest,
  shape: StreamSource["shape"],
  id?: string,
): StreamSource {
  const { catalog } = world;
  return {
    shape,
    snapshot: () =>
      (id === undefined ? catalog.records : [catalog.get(id)]).map((record) => shown(record, request)),
    feed: catalog.feed,
    view: (item) => {
      if (id !== undefined && item.id !== id) return undefined;
      return request.caller.rights === "view" ? { ...item, access: "view" } : item;
    },
  };
}
