import { ChangeFeed } from "../change-feed.ts";
import { badRequest, notFound } from "../http-failure.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { CANVAS_SIZE } from "./canvas.ts";
import type { CanvasCatalog } from "./canvas-catalog.ts";

/** What a client may PATCH on a workspace; `canvas_id` is the old way to open a canvas. */
const PATCHABLE = ["info_panel_visible", "pinned", "view_rectangle", "canvas_id"];

/** One running native client, a wall with one workspace, which shows the first canvas. */
export class ClientRegistry {
  readonly workspaceFeed = new ChangeFeed();
  readonly client: JsonObject = {
    access: "rw",
    id: crypto.randomUUID(),
    installation_name: "Simulator wall",
    state: "normal",
    version: "3.2.0",
  };
  readonly #catalog: CanvasCatalog;
  #workspace: JsonObject;

  constructor(catalog: CanvasCatalog, serverId: string) {
    this.#catalog = catalog;
    this.#workspace = {
      canvas_id: "",
      index: 0,
      info_panel_visible: false,
      location: { x: 0, y: 0 },
      pinned: false,
      server_id: serverId,
      size: { width: 3840, height: 2160 },
      state: "normal",
      user: "",
      view_rectangle: { x: 0, y: 0, width: 3840, height: 2160 },
      workspace_name: "Workspace 1",
      workspace_state: "canvas_list",
    };
  }

  get workspaces(): readonly JsonObject[] {
    return [this.#workspace];
  }

  /** @throws HttpFailure 404 */
  checkClient(id: string): void {
    if (id !== this.client.id && id !== "0") throw notFound("Client");
  }

  /** @throws HttpFailure 404 */
  workspace(index: string): JsonObject {
    if (index !== "0") throw notFound("Workspace");
    return this.#workspace;
  }

  /** @throws HttpFailure 400, 404 */
  patchWorkspace(index: string, payload: JsonObject): JsonObject {
    this.workspace(index);
    if (payload.view_rectangle !== undefined && !isJsonObject(payload.view_rectangle)) {
      throw badRequest("Invalid value for view_rectangle");
    }
    if (payload.canvas_id !== undefined) this.openCanvas(index, payload.canvas_id);
    const fields = Object.entries(payload).filter(([field]) => PATCHABLE.includes(field));
    return this.#put({ ...this.#workspace, ...Object.fromEntries(fields) });
  }

  /** @throws HttpFailure 400, 404 */
  openCanvas(index: string, canvasId: unknown): JsonObject {
    this.workspace(index);
    if (typeof canvasId !== "string") throw badRequest("canvas_id is missing");
    const { id } = this.#catalog.get(canvasId).canvas;
    return this.#put({
      ...this.#workspace,
      canvas_id: id,
      canvas_size: CANVAS_SIZE,
      workspace_state: "open",
    });
  }

  #put(workspace: JsonObject): JsonObject {
    this.#workspace = workspace;
    this.workspaceFeed.publish(workspace);
    return workspace;
  }
}
