import {
  type ApiRequest,
  EMPTY_REPLY,
  json,
  live,
  methodNotAllowed,
  type Reply,
  readBody,
} from "../api-request.ts";
import { HttpFailure } from "../http-failure.ts";
import { fixedSource } from "../stream-source.ts";
import { requireEdit, requireToken, type World } from "../world.ts";

/** Everything under /canvas-folders. */
export async function handleFolders(world: World, request: ApiRequest): Promise<Reply> {
  requireToken(request.caller);
  const { folders } = world;
  const [, id, action] = request.segments;
  if (request.method === "GET") {
    if (action === "permissions")
      return live(fixedSource("single", [{ editors_can_share: true, users: [], groups: [] }]));
    if (action !== undefined) throw new HttpFailure(404, `Unknown action ${action}`);
    return live({
      shape: id === undefined ? "collection" : "single",
      snapshot: () => (id === undefined ? folders.folders : [folders.get(id)]),
      feed: folders.feed,
      view: (item) => (id === undefined || item.id === id ? item : undefined),
    });
  }
  requireEdit(request.caller);
  if (request.method === "DELETE" && id !== undefined) {
    const gone = action === "children" ? folders.removeChildren(id) : folders.remove(id);
    const emptied = action === "children" ? [...gone, id] : gone;
    for (const { canvas, folder_id: folder } of world.catalog.records) {
      if (emptied.includes(folder)) world.catalog.remove(canvas.id);
    }
    return EMPTY_REPLY;
  }
  const body = await readBody(request);
  if (request.method === "POST" && id === undefined) return json(folders.create(body.name, body.folder_id));
  if (request.method === "PATCH" && id !== undefined) return json(folders.rename(id, body.name));
  if (request.method !== "POST" || id === undefined) throw methodNotAllowed(request);
  if (action === "move") return json(folders.move(id, body.folder_id));
  if (action === "copy") return json(folders.create(folders.get(id).name, body.folder_id));
  throw new HttpFailure(404, `Unknown action ${action ?? ""}`);
}
