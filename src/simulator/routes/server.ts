import { type ApiRequest, json, live, methodNotAllowed, type Reply } from "../api-request.ts";
import { badRequest, permissionDenied } from "../http-failure.ts";
import { fixedSource } from "../stream-source.ts";
import { requireToken, type World } from "../world.ts";

/** /server-info, open to everybody. */
export function handleServerInfo(world: World, request: ApiRequest): Reply {
  if (request.method !== "GET") throw methodNotAllowed(request);
  return json(world.settings.info);
}

/** /server-config; callers without a token see less, and only administrators may change it. */
export function handleServerConfig(world: World, request: ApiRequest): Reply {
  const full = request.caller.token !== undefined;
  if (request.method === "GET") return live(fixedSource("single", [world.settings.config(full)]));
  requireToken(request.caller);
  throw permissionDenied();
}

/** /license; it cannot be changed. */
export function handleLicense(world: World, request: ApiRequest): Reply {
  requireToken(request.caller);
  if (request.method === "GET") return live(fixedSource("single", [world.settings.license]));
  throw badRequest("license parameter is missing");
}
