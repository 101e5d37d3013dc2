import { type ApiRequest, json, live, methodNotAllowed, type Reply, readBody } from "../api-request.ts";
import { patchBackground } from "../model/canvas-background.ts";
import { editableCanvas, visibleCanvas, type World } from "../world.ts";
import { readUpload } from "./read-upload.ts";

/** /canvases/:id/background: read, change, or upload a picture. */
export async function handleBackground(world: World, request: ApiRequest, id: string): Promise<Reply> {
  const { canvas } = visibleCanvas(world, request.caller, id);
  if (request.method === "GET") {
    return live({
      shape: "single",
      snapshot: () => [canvas.background],
      feed: canvas.feed,
      view: (item) => (item.widget_type === "CanvasBackground" ? item : undefined),
    });
  }
  editableCanvas(world, request.caller, id);
  if (request.method === "PATCH")
    canvas.setBackground(patchBackground(canvas.background, await readBody(request)));
  else if (request.method === "POST") {
    const { fields, file } = await readUpload(request);
    const { hash } = world.assets.add(file.bytes);
    const patched = patchBackground(canvas.background, { ...fields, type: "image" });
    const fit = fields.fit === "fill" ? "fill" : "fit";
    canvas.setBackground({ ...patched, image: { fit, hash } });
  } else throw methodNotAllowed(request);
  return json(canvas.background);
}
