import { type ApiRequest, json, live, methodNotAllowed, type Reply, readBody } from "../api-request.ts";
import { HttpFailure } from "../http-failure.ts";
import { fixedSource } from "../stream-source.ts";
import { requireEdit, requireToken, type World } from "../world.ts";

/** Everything under /clients: one wall with one workspace. */
export async function handleClients(world: World, request: ApiRequest): Promise<Reply> {
  requireToken(request.caller);
  const [, id, part, index, action] = request.segments;
  const { clients } = world;
  if (id !== undefined) clients.checkClient(id);
  if (part === undefined) {
    if (request.method !== "GET") throw methodNotAllowed(request);
    return live(fixedSource(id === undefined ? "collection" : "single", [clients.client]));
  }
  if (part === "video-inputs" || part === "video-outputs") return live(fixedSource("collection", []));
  if (part !== "workspaces") throw new HttpFailure(404, `Unknown object type ${part}`);
  if (request.method === "GET") {
    if (index !== undefined) clients.workspace(index);
    return live({
      shape: index === undefined ? "collection" : "single",
      snapshot: () => clients.workspaces,
      feed: clients.workspaceFeed,
      view: (item) => item,
    });
  }
  requireEdit(request.caller);
  if (index === undefined) throw methodNotAllowed(request);
  const body = await readBody(request);
  if (request.method === "PATCH") return json(clients.patchWorkspace(index, body));
  if (request.method === "POST" && action === "open-canvas")
    return json(clients.openCanvas(index, body.canvas_id));
  throw methodNotAllowed(request);
}
