import { AppError } from "../errors/app-error.ts";
import type { TextResult } from "../inference/text-engine.ts";

/** What a model was asked for. */
type Wanted = "answer" | "summary" | "text";

/**
 * The text of an answer, for people.
 * @throws AppError MODEL_REPEATS_ITSELF, INFERENCE_FAILED when there is none
 */
export function answerText(
  { text, stopReason }: Pick<TextResult, "text" | "stopReason">,
  what: Wanted,
): string {
  const answer = text.trim();
  if (answer !== "") return answer;
  if (stopReason === "repetition")
    throw new AppError(
      "MODEL_REPEATS_ITSELF",
      `The model only repeated itself, so that there is no ${what}.`,
    );
  throw new AppError("INFERENCE_FAILED", `The model gave an empty ${what}.`);
}

/** What people should know of how an answer ended: a remark, or none. @param maxTokens null when it is not known */
export function remarksOnEnd(
  stopReason: TextResult["stopReason"],
  what: Wanted,
  maxTokens: number | null,
): string[] {
  if (stopReason === "repetition")
    return [`(The ${what} was ended because the model began to repeat itself.)`];
  if (stopReason === "length")
    return [`(The ${what} was cut off ${maxTokens === null ? "here" : `after ${maxTokens} tokens`}.)`];
  return [];
}
