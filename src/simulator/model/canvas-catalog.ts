import { ChangeFeed } from "../change-feed.ts";
import { badRequest, notFound } from "../http-failure.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { Canvas, type CanvasContent } from "./canvas.ts";

export type Right = "none" | "view" | "edit" | "owner";

export interface CanvasRecord {
  readonly canvas: Canvas;
  readonly name: string;
  readonly folder_id: string;
  readonly mode: "normal" | "demo";
  readonly created_at: string;
  readonly permissions: Permissions;
}

export interface Permissions {
  readonly editors_can_share: boolean;
  readonly link_permission: "none" | "view" | "edit";
  readonly users: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
}

/** More canvases are refused with 400. */
const MAX_CANVASES = 1000;

/** All canvases of the server. `feed` carries canvas objects as their owner sees them. */
export class CanvasCatalog {
  readonly feed = new ChangeFeed();
  readonly permissionsFeed = new ChangeFeed();
  readonly #records = new Map<string, CanvasRecord>();
  readonly #ownerId: number;
  readonly #strict: boolean;

  constructor(ownerId: number, strict: boolean) {
    this.#ownerId = ownerId;
    this.#strict = strict;
  }

  get records(): readonly CanvasRecord[] {
    return [...this.#records.values()];
  }

  find(id: string): CanvasRecord | undefined {
    return this.#records.get(id);
  }

  /** @throws HttpFailure 404 */
  get(id: string): CanvasRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw notFound("Canvas");
    return record;
  }

  /** @throws HttpFailure 400 when there are too many */
  create(
    options: { readonly id?: string; readonly name?: string; readonly folderId?: string } = {},
  ): CanvasRecord {
    if (this.#records.size >= MAX_CANVASES) throw badRequest("Too many canvases");
    return this.#put({
      canvas: new Canvas(options.id ?? crypto.randomUUID(), this.#strict),
      name: options.name ?? "New canvas",
      folder_id: options.folderId ?? String(this.#ownerId),
      mode: "normal",
      created_at: new Date().toISOString(),
      permissions: { editors_can_share: true, link_permission: "none", users: [this.#owner()], groups: [] },
    });
  }

  /** Puts back a canvas of an earlier run. */
  restore(id: string, record: Omit<CanvasRecord, "canvas">, content: CanvasContent): void {
    this.#put({ ...record, canvas: new Canvas(id, this.#strict, content) });
  }

  update(id: string, changes: Partial<Pick<CanvasRecord, "name" | "mode" | "folder_id">>): CanvasRecord {
    return this.#put({ ...this.get(id), ...changes });
  }

  /** Stores the permissions, the implicit owner included. @throws HttpFailure 400 */
  setPermissions(id: string, payload: JsonObject): Permissions {
    const record = this.get(id);
    const permissions = readPermissions(payload, record.permissions, this.#owner());
    this.#put({ ...record, permissions });
    this.permissionsFeed.publish({ ...permissions, id });
    return permissions;
  }

  remove(id: string): void {
    const record = this.get(id);
    this.#records.delete(id);
    this.feed.publish({ ...canvasObject(record, "owner"), state: "deleted" });
  }

  #put(record: CanvasRecord): CanvasRecord {
    this.#records.set(record.canvas.id, record);
    this.feed.publish(canvasObject(record, "owner"));
    return record;
  }

  #owner(): JsonObject {
    return { id: this.#ownerId, inherited: false, permission: "owner" };
  }
}

/** A canvas as the API shows it to a caller with the given right. */
export function canvasObject(record: CanvasRecord, access: Right): JsonObject {
  return {
    access,
    asset_size: 0,
    created_at: record.created_at,
    folder_id: record.folder_id,
    id: record.canvas.id,
    in_trash: record.folder_id.startsWith("trash."),
    mode: record.mode,
    modified_at: record.canvas.modifiedAt.toISOString(),
    name: record.name,
    preview_hash: "",
    state: "normal",
  };
}

function readPermissions(payload: JsonObject, stored: Permissions, owner: JsonObject): Permissions {
  const link = payload.link_permission ?? stored.link_permission;
  if (link !== "none" && link !== "view" && link !== "edit")
    throw badRequest("Invalid value for link_permission");
  const share = payload.editors_can_share ?? stored.editors_can_share;
  if (typeof share !== "boolean") throw badRequest("Invalid value for editors_can_share");
  const users = payload.users ?? stored.users;
  const groups = payload.groups ?? stored.groups;
  if (!Array.isArray(users) || !users.every(isJsonObject)) throw badRequest("Invalid value for users");
  if (!Array.isArray(groups) || !groups.every(isJsonObject)) throw badRequest("Invalid value for groups");
  const others = users.filter((user) => user.id !== owner.id);
  return { editors_can_share: share, link_permission: link, users: [owner, ...others], groups };
}
