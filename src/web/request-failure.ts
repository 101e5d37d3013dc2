import { errorPage } from "../../views/error-page.tsx";
import { AppError, toAppError } from "../errors/app-error.ts";
import type { Logger } from "../observability/logger.ts";
import { apiError, httpStatusOf, isApiPath } from "./api-error.ts";
import type { RenderPage } from "./page-frame.ts";
import type { Visitor } from "./visitor.ts";

const HEADINGS: Readonly<Record<number, string>> = {
  400: "That did not make sense",
  403: "That was not allowed",
  404: "There is nothing here",
};

/** @param code of Elysia's own errors. */
export function toRequestError(code: string, thrown: unknown): AppError {
  if (code === "NOT_FOUND") return new AppError("WEB_NOT_FOUND", "This page does not exist.");
  if (code === "PARSE" || code === "VALIDATION") {
    return new AppError("WEB_BAD_REQUEST", "The request lacks something or has a value that cannot be.");
  }
  return toAppError(thrown);
}

/** What somebody gets whose request failed: programs JSON, people a page. Only our own failures are logged. */
export async function answerFailure(
  error: AppError,
  request: { readonly method: string; readonly path: string; readonly visitor: Visitor },
  render: RenderPage,
  logger: Logger,
): Promise<Response> {
  const { method, path, visitor } = request;
  const status = httpStatusOf(error);
  if (status >= 500) {
    const source = "web/request-failure.ts:answerFailure";
    logger.error("a request to the dashboard failed", { error, method, url: path, source });
  }
  if (isApiPath(path)) return apiError(error);
  // What went wrong inside is for the log; it may name files and rows.
  const message = error.code === "INTERNAL" ? "Something went wrong inside the service." : error.message;
  const heading = HEADINGS[status] ?? "That did not work";
  const hint = error.code === "WEB_NOT_FOUND" ? "" : error.hint;
  const body = errorPage({ heading, message, hint, homeUrl: `${visitor.basePath}/` });
  return render(visitor, { title: heading, body, status });
}
