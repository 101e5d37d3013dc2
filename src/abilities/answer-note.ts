import { AppError } from "../errors/app-error.ts";
import type { ChatMessage, InferenceMetrics, TextEngine, TextResult } from "../inference/text-engine.ts";
import type { Ability, AbilityResult, AnswerTimings } from "./ability.ts";
import { decideIntent } from "./intent.ts";

export interface AnswerNoteOptions {
  readonly engine: TextEngine;
  readonly maxTokens: number;
  readonly style: AnswerStyle;
}

export interface AnswerStyle {
  readonly systemPrompt: string | null;
  readonly temperature: number;
}

/**
 * The prompt is short, because small models lose their way in long ones, and asks for plain text, because notes show
 * no markup. The temperature is low: facts, not fiction; at 0 small models start to repeat themselves.
 */
export const NOTE_STYLE: AnswerStyle = {
  systemPrompt:
    "You answer questions on a team's whiteboard. Be correct and brief. Write plain text without Markdown, in the language of the question.",
  temperature: 0.3,
};

/** The demo model was trained on bare questions: so it knows all 545 facts it was tried with, else 523. */
export const DEMO_STYLE: AnswerStyle = { systemPrompt: null, temperature: 0 };

/** Answers the text of a note; a request for a picture is handed on to whoever can draw. */
export function answerNote({ engine, maxTokens, style }: AnswerNoteOptions): Ability {
  return async (request) => {
    const run = {
      correlationId: request.correlationId,
      signal: request.signal,
      onWaiting: (what: string) => request.progress(what),
    };
    request.progress("reading the question …");
    const { intent } = await decideIntent(engine, request.prompt, run);
    if (intent === "image") throw noImageEngine();
    request.progress("writing the answer …");
    let text = "";
    const onText = (piece: string) => {
      text += piece;
      request.show(text);
    };
    const result = await engine.generate(
      { messages: messages(style.systemPrompt, request.prompt), maxTokens, temperature: style.temperature },
      { ...run, onText },
    );
    return finished(result, maxTokens);
  };
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
    timings: timingsOf(result.metrics),
  };
}

function timingsOf(metrics: InferenceMetrics): AnswerTimings {
  const { queue_ms, load_ms, prompt_ms, ttft_ms, generation_ms } = metrics;
  return { queue_ms, load_ms, prompt_ms, ttft_ms, generation_ms };
}

function noImageEngine(): AppError {
  return new AppError("IMAGE_ENGINE_MISSING", "No image model is set up here, so no picture can be made.");
}
