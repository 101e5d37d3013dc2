import type { AppError } from "../errors/app-error.ts";
import type { Operation } from "../triggers/operation.ts";
import { isAskedByNote } from "./trigger-handle.ts";

/** What stands on the canvas instead of an answer: what happened, what to do, and the id that support asks for. */
export function errorNoteText(
  error: AppError,
  { correlationId, operation }: { readonly correlationId: string; readonly operation: Operation },
): string {
  return [
    "Sorry, there is no answer to this.",
    error.message,
    `What can be done: ${error.hint} ${howToRetry(operation)}`,
    `Reference for support: ${correlationId} (${error.code})`,
  ].join("\n\n");
}

function howToRetry(operation: Operation): string {
  if (isAskedByNote(operation)) return "To ask again, put the question in double braces once more.";
  const what = operation === "handwriting" ? "snapshot" : "AI icon";
  return `To try again, move the ${what} a little.`;
}
