import { type Accounts, type Caller, GUEST } from "./accounts.ts";
import { HttpFailure, permissionDenied } from "./http-failure.ts";
import type { AssetStore } from "./model/asset-store.ts";
import type { CanvasCatalog, CanvasRecord, Right } from "./model/canvas-catalog.ts";
import type { ClientRegistry } from "./model/client-registry.ts";
import type { FolderStore } from "./model/folder-store.ts";
import type { ServerSettings } from "./model/server-settings.ts";
import type { UploadProcessor } from "./model/upload-processor.ts";

/** Everything that the simulated server knows. */
export interface World {
  readonly accounts: Accounts;
  readonly catalog: CanvasCatalog;
  readonly folders: FolderStore;
  readonly assets: AssetStore;
  readonly uploads: UploadProcessor;
  readonly clients: ClientRegistry;
  readonly settings: ServerSettings;
}

export function rightOn(record: CanvasRecord, caller: Caller): Right {
  if (caller.token === undefined) return record.permissions.link_permission;
  return caller.rights === "view" ? "view" : "owner";
}

/** @throws HttpFailure 404 for an unknown canvas, 401 or 403 when the caller may not see it */
export function visibleCanvas(world: World, caller: Caller, id: string): CanvasRecord {
  const record = world.catalog.find(id);
  if (record !== undefined && rightOn(record, caller) !== "none") return record;
  requireToken(caller);
  return world.catalog.get(id);
}

/** @throws HttpFailure as visibleCanvas, and 403 when the caller may only look */
export function editableCanvas(world: World, caller: Caller, id: string): CanvasRecord {
  const record = visibleCanvas(world, caller, id);
  if (rightOn(record, caller) === "view") throw permissionDenied();
  return record;
}

/** @throws HttpFailure 401 */
export function requireToken(caller: Caller): void {
  if (caller.userId === GUEST.userId) throw new HttpFailure(401, "Invalid token");
}

/** @throws HttpFailure 401 without a token, 403 with one that may only look */
export function requireEdit(caller: Caller): void {
  requireToken(caller);
  if (caller.rights === "view") throw permissionDenied();
}
