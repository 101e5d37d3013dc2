import { AppError } from "../errors/app-error.ts";
import type { Ability } from "./ability.ts";
import { answerText, remarksOnEnd } from "./answer-end.ts";
import { type LookOptions, lookAtSubject } from "./look.ts";
import { usageOf } from "./usage.ts";

export const TRANSCRIBE = {
  system: "You copy the writing in a picture, exactly as it stands there, line by line. Add nothing.",
  prompt: "Write down all text in this picture. If there is none that can be read, answer only: NONE",
} as const;

/** What models answer when there is nothing to read. */
const NOTHING = /^\W*(none|no (readable )?text)\W*$/i;

/** Reads the writing in a snapshot. */
export function readHandwriting(options: LookOptions): Ability {
  return async (request) => {
    const result = await lookAtSubject(options, request, TRANSCRIBE);
    const { stopReason } = result;
    const text = transcribed(result.text);
    if (text === "" && stopReason !== "repetition")
      throw new AppError("NO_TEXT_FOUND", "No readable text was found in the picture.");
    const read = [answerText({ text, stopReason }, "text"), ...remarksOnEnd(stopReason, "text", null)];
    return { text: read.join("\n\n"), ...usageOf([result]) };
  };
}

/** "" when the model found nothing to read. */
export function transcribed(answer: string): string {
  const text = answer.trim();
  return NOTHING.test(text) ? "" : text;
}
