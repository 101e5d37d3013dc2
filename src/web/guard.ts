import { AppError } from "../errors/app-error.ts";
import { apiError, isApiPath } from "./api-error.ts";
import { isOpenAsset } from "./assets.ts";
import { changesState } from "./csrf.ts";
import { redirect } from "./html-response.ts";

export interface GuardedRequest {
  readonly method: string;
  /** Without the base path. */
  readonly path: string;
  /** Path and query as the browser knows them, to come back to after the login. */
  readonly visitorPath: string;
  readonly basePath: string;
  readonly hasSession: boolean;
}

/** Paths that people need before they have a session. */
export function isOpenPath(path: string): boolean {
  return path === "/login" || isOpenAsset(path);
}

/**
 * Every path needs a session, also those that do not exist: a stranger learns nothing about what is there.
 * @returns what to answer instead of the route, or nothing when the route may answer.
 */
export function guard({
  method,
  path,
  visitorPath,
  basePath,
  hasSession,
}: GuardedRequest): Response | undefined {
  if (hasSession || isOpenPath(path)) return undefined;
  if (isApiPath(path)) return apiError(new AppError("WEB_LOGIN_REQUIRED", "There is no session."));
  const login = `${basePath}/login`;
  // What a form would have sent is gone; there is nothing to come back to.
  if (changesState(method) || visitorPath === `${basePath}/`) return redirect(login);
  return redirect(`${login}?next=${encodeURIComponent(visitorPath)}`);
}
