import { AppError } from "../errors/app-error.ts";
import type { ChatMessage, TextEngine, TextResult } from "../inference/text-engine.ts";
import type { Ability, AbilityRequest, AbilityResult } from "./ability.ts";
import { decideIntent } from "./intent.ts";

export interface AnswerNoteOptions {
  readonly engine: TextEngine;
  readonly maxTokens: number;
  /** Longest time for one answer of the model, in ms. */
  readonly timeoutMs: number;
  /** Null: the model gets the question alone (the demo model was trained so). */
  readonly systemPrompt: string | null;
}

/** Short, because small models lose their way in long ones; plain text, because notes show no markup. */
export const NOTE_SYSTEM_PROMPT =
  "You answer questions on a team's whiteboard. Be correct and brief. Write plain text without Markdown, in the language of the question.";

/** Facts, not fiction: low, but not 0, where small models start to repeat themselves. */
const TEMPERATURE = 0.3;

/** Answers the text of a note; a request for a picture is handed on to whoever can draw. */
export function answerNote(options: AnswerNoteOptions): Ability {
  return async (request) => {
    request.progress("reading the question …");
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const run = {
      correlationId: request.correlationId,
      signal: AbortSignal.any([request.signal, timeout]),
    };
    try {
      return await answer(options, request, run);
    } catch (error) {
      if (!timeout.aborted || request.signal.aborted) throw error;
      const seconds = Math.round(options.timeoutMs / 1000);
      throw new AppError("AI_TIMEOUT", `The model took longer than ${seconds} seconds.`, { cause: error });
    }
  };
}

async function answer(
  options: AnswerNoteOptions,
  request: AbilityRequest,
  run: { correlationId: string; signal: AbortSignal },
): Promise<AbilityResult> {
  const { intent } = await decideIntent(options.engine, request.prompt, run);
  if (intent === "image") throw noImageEngine();
  request.progress("writing the answer …");
  let text = "";
  const onText = (piece: string) => {
    text += piece;
    request.show(text);
  };
  const result = await options.engine.generate(
    {
      messages: messages(options.systemPrompt, request.prompt),
      maxTokens: options.maxTokens,
      temperature: options.systemPrompt === null ? 0 : TEMPERATURE,
    },
    { ...run, onText },
  );
  return finished(result, options.maxTokens);
}

/** `{{image: …}}`: said plainly until an image model can be set up. */
export const generateImage: Ability = () => Promise.reject(noImageEngine());

function messages(systemPrompt: string | null, prompt: string): ChatMessage[] {
  const user: ChatMessage = { role: "user", content: prompt };
  return systemPrompt === null ? [user] : [{ role: "system", content: systemPrompt }, user];
}

function finished(result: TextResult, maxTokens: number): AbilityResult {
  const text = result.text.trim();
  if (text === "") throw new AppError("INFERENCE_FAILED", "The model gave an empty answer.");
  const remarks: string[] = [];
  if (result.stopReason === "length") remarks.push(`(The answer was cut off after ${maxTokens} tokens.)`);
  if (result.promptTokensCut > 0) {
    remarks.push(
      `(The note is longer than the model can read: about ${result.promptTokensCut} tokens of it were left out.)`,
    );
  }
  return {
    text: [text, ...remarks].join("\n\n"),
    model: result.model,
    promptTokens: result.metrics.prompt_tokens,
    completionTokens: result.metrics.completion_tokens,
  };
}

function noImageEngine(): AppError {
  return new AppError("IMAGE_ENGINE_MISSING", "No image model is set up here, so no picture can be made.");
}
