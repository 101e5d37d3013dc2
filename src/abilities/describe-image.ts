import type { Ability } from "./ability.ts";
import { answerText, remarksOnEnd } from "./answer-end.ts";
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
  const text = [answerText(result, "answer"), ...remarksOnEnd(result.stopReason, "answer", null)];
  return { text: text.join("\n\n"), ...usageOf([result]) };
}
