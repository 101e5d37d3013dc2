import {
  type ApiRequest,
  EMPTY_REPLY,
  json,
  live,
  methodNotAllowed,
  type Reply,
  readBody,
} from "../api-request.ts";
import { badRequest, HttpFailure, permissionDenied } from "../http-failure.ts";
import { fixedSource } from "../stream-source.ts";
import { requireToken, type World } from "../world.ts";

/** Everything under /users: login, logout, the two users and their access tokens. */
export async function handleUsers(world: World, request: ApiRequest): Promise<Reply> {
  const { accounts } = world;
  const [, id, part] = request.segments;
  if (id === "login" && request.method === "POST" && part === undefined) {
    return json(accounts.login(await readBody(request)));
  }
  if (id === "register") throw badRequest("Sign-up using a password is not enabled");
  requireToken(request.caller);
  if (id === "logout") {
    const { token } = await readBody(request);
    accounts.logout(typeof token === "string" ? token : (request.caller.token ?? ""));
    return EMPTY_REPLY;
  }
  if (id !== undefined && part === "access-tokens")
    return handleAccessTokens(world, request, Number(accounts.user(id).id));
  if (part !== undefined) throw permissionDenied();
  if (request.method !== "GET") throw permissionDenied();
  if (id === undefined) return live(fixedSource("collection", accounts.users));
  return live(fixedSource("single", [accounts.user(id)]));
}

async function handleAccessTokens(world: World, request: ApiRequest, userId: number): Promise<Reply> {
  const { accounts } = world;
  const { caller, method } = request;
  const tokenId = request.segments[3];
  if (caller.userId !== userId) throw permissionDenied();
  if (method === "GET") {
    const tokens =
      tokenId === undefined ? accounts.accessTokens(userId) : [accounts.accessToken(userId, tokenId)];
    return live(fixedSource(tokenId === undefined ? "collection" : "single", tokens));
  }
  if (caller.rights === "view") throw permissionDenied();
  if (method === "DELETE" && tokenId !== undefined) {
    accounts.revokeAccessToken(userId, tokenId);
    return EMPTY_REPLY;
  }
  const { description } = await readBody(request);
  if (method === "POST" && tokenId === undefined)
    return json(accounts.createAccessToken(caller, userId, description));
  if (method === "PATCH" && tokenId !== undefined)
    return json(accounts.describeAccessToken(userId, tokenId, description));
  throw methodNotAllowed(request);
}

/** /groups and /audit-log, which the simulator keeps empty. */
export function handleEmptyCollection(request: ApiRequest): Reply {
  requireToken(request.caller);
  if (request.method !== "GET") throw permissionDenied();
  if (request.segments.length > 1) throw new HttpFailure(404, "Not found");
  return live(fixedSource("collection", []));
}
