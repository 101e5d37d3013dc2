import { AppError } from "../errors/app-error.ts";
import type { Ability } from "./ability.ts";
import { type LookOptions, lookAtSubject } from "./look.ts";
import { usageOf } from "./usage.ts";

const SYSTEM_PROMPT =
  "You look at a picture on a team's whiteboard. Say only what can be seen. Write plain text without Markdown, in the language of the question.";
const DESCRIBE = "Describe this image in detail.";

/** Describes the image that an icon lies on. */
export function describeImage(options: LookOptions): Ability {
  return async (request) => looked(options, request, { system: SYSTEM_PROMPT, prompt: DESCRIBE });
}

/** Answers a note's question about the image it lies on. */
export function answerAboutImage(options: LookOptions): Ability {
  return async (request) =>
    looked(options, request, { system: SYSTEM_PROMPT, prompt: request.prompt, bare: request.prompt });
}

async function looked(...parameters: Parameters<typeof lookAtSubject>): ReturnType<Ability> {
  const result = await lookAtSubject(...parameters);
  const text = result.text.trim();
  if (text === "") throw new AppError("INFERENCE_FAILED", "The model gave an empty answer.");
  const remark = result.stopReason === "length" ? "\n\n(The answer was cut off here.)" : "";
  return { text: text + remark, ...usageOf([result]) };
}
