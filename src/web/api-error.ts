import type { AppError } from "../errors/app-error.ts";
import { ERRORS } from "../errors/registry.ts";

const API = "/api/";

/** Whether a path (without base path) is asked by programs, which want JSON and no login page. */
export function isApiPath(path: string): boolean {
  return path.startsWith(API);
}

export function httpStatusOf({ code }: AppError): number {
  return ERRORS[code].httpStatus;
}

/** The one form that errors of the API have. */
export function apiError(error: AppError): Response {
  const { code, message, hint } = error;
  return Response.json({ error: { code, message, hint } }, { status: httpStatusOf(error) });
}
