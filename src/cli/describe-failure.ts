import { AppError } from "../errors/app-error.ts";
import { plainText } from "../plain-text.ts";

/** What a person reads when a command fails: one sentence and the next step, or the stack of what nobody expected. */
export function describeFailure(thrown: unknown): string {
  if (thrown instanceof AppError && thrown.code !== "INTERNAL") {
    // Its sentence may repeat what a server said.
    return `canvuslocallm: ${plainText(thrown.message)} ${thrown.hint}\n`;
  }
  // Not the object itself: its properties could hold what must not be shown.
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return `canvuslocallm: unexpected error; please report it with these lines:\n${plainText(detail)}\n`;
}
