import type { AppError } from "../errors/app-error.ts";

/** What stands on the canvas instead of an answer: what happened, what to do, and the id that support asks for. */
export function errorNoteText(error: AppError, correlationId: string): string {
  return [
    "Sorry, there is no answer to this.",
    error.message,
    `What you can do: ${error.hint} To ask again, put the question in double braces once more.`,
    `Reference for support: ${correlationId} (${error.code})`,
  ].join("\n\n");
}
