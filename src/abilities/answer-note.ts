import type { TextEngine, TextResult } from "../inference/text-engine.ts";
import type { Ability } from "./ability.ts";
import { answerText, remarksOnEnd } from "./answer-end.ts";
import { conversationBefore, type FindQuestion } from "./conversation.ts";
import { decideIntent, describePicture } from "./intent.ts";
import { chat, type ModelStyle } from "./model-style.ts";
import { usageOf } from "./usage.ts";

export interface AnswerNoteOptions {
  readonly engine: TextEngine;
  readonly maxTokens: number;
  readonly style: ModelStyle;
  readonly findQuestion: FindQuestion;
  /** Takes over when a picture is wanted. */
  readonly draw: Ability;
}

/** Short, because small models lose their way in long ones; plain text, because notes show no markup. */
const SYSTEM_PROMPT =
  "You answer questions on a team's whiteboard. Be correct and brief. Write plain text without Markdown, in the language of the question.";

/** Answers the text of a note, going on with the conversation it belongs to; a request for a picture is handed on. */
export function answerNote({ engine, maxTokens, style, findQuestion, draw }: AnswerNoteOptions): Ability {
  return async (request) => {
    const run = {
      correlationId: request.correlationId,
      signal: request.signal,
      onWaiting: (what: string) => request.progress(what),
    };
    request.progress("reading the question …");
    if ((await decideIntent(engine, request.prompt, run)) === "image") {
      return draw({ ...request, prompt: await describePicture(engine, request.prompt, run) });
    }
    const earlier = await conversationBefore(request.trigger, request.canvas, findQuestion);
    request.progress("writing the answer …");
    let text = "";
    const onText = (piece: string) => {
      text += piece;
      request.show(text);
    };
    const messages = chat(style, SYSTEM_PROMPT, ...earlier, { role: "user", content: request.prompt });
    const result = await engine.generate(
      { messages, maxTokens, temperature: style.temperature },
      { ...run, onText },
    );
    return { text: withRemarks(result, maxTokens, earlier.length > 0), ...usageOf([result]) };
  };
}

function withRemarks(result: TextResult, maxTokens: number, goesOn: boolean): string {
  const { stopReason, promptTokensCut, notice } = result;
  const remarks = remarksOnEnd(stopReason, "answer", maxTokens);
  if (promptTokensCut > 0) {
    const what = goesOn ? "The conversation is" : "The note is";
    remarks.push(
      `(${what} longer than the model can read: about ${promptTokensCut} tokens of it were left out.)`,
    );
  }
  if (notice !== undefined) remarks.push(`(${notice})`);
  return [answerText(result, "answer"), ...remarks].join("\n\n");
}
