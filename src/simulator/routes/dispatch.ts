import type { ApiRequest, Reply } from "../api-request.ts";
import { HttpFailure } from "../http-failure.ts";
import { requireToken, type World } from "../world.ts";
import { handleAssets, handleMipmaps } from "./assets.ts";
import { handleCanvases } from "./canvases.ts";
import { handleClients } from "./clients.ts";
import { handleFolders } from "./folders.ts";
import { handleLicense, handleServerConfig, handleServerInfo } from "./server.ts";
import { handleEmptyCollection, handleUsers } from "./users.ts";

/** Finds the room for a request under /api/v1. @throws HttpFailure */
export async function dispatch(world: World, request: ApiRequest): Promise<Reply> {
  const [resource] = request.segments;
  switch (resource) {
    case "canvases":
      return handleCanvases(world, request);
    case "canvas-folders":
      return handleFolders(world, request);
    case "assets":
      return handleAssets(world, request);
    case "mipmaps":
      return handleMipmaps(world, request);
    case "server-info":
      return handleServerInfo(world, request);
    case "server-config":
      return handleServerConfig(world, request);
    case "license":
      return handleLicense(world, request);
    case "clients":
      return handleClients(world, request);
    case "users":
      return handleUsers(world, request);
    case "groups":
    case "audit-log":
      return handleEmptyCollection(request);
    default:
      requireToken(request.caller);
      throw new HttpFailure(404, `Unknown object type ${resource ?? ""}`);
  }
}
