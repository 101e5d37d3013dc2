import { Value } from "@sinclair/typebox/value";
import type { AppError } from "../../errors/app-error.ts";
import type { GenerateOptions, InferenceMetrics } from "../text-engine.ts";
import { Completion } from "./completion-schema.ts";
import { type Asked, refusal, remoteError } from "./remote-errors.ts";
import { parseJson } from "./remote-http.ts";
import { fromJson } from "./server-message.ts";
import { ThinkingFilter } from "./thinking-filter.ts";

export interface ReadCompletion {
  readonly text: string;
  readonly stopReason: "stop" | "length";
  readonly metrics: InferenceMetrics;
}

/** Puts an answer together from its pieces and measures it. */
export class CompletionReader {
  readonly #asked: Asked;
  readonly #sentAt: number;
  readonly #onText: GenerateOptions["onText"] | undefined;
  readonly #filter = new ThinkingFilter();
  #text = "";
  #firstAt: number | null = null;
  #finish: string | null = null;
  #isDone = false;
  #usage: NonNullable<Completion["usage"]> | null = null;
  #timings: NonNullable<Completion["timings"]> | null = null;

  /** @param sentAt when the request left, on the clock of `performance.now()` */
  constructor(asked: Asked, sentAt: number, onText: GenerateOptions["onText"] | undefined) {
    this.#asked = asked;
    this.#sentAt = sentAt;
    this.#onText = onText;
  }

  /** True when nothing more can come. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /**
   * @param data one event of the stream, or a whole answer
   * @throws AppError REMOTE_INVALID_ANSWER, and what the server reports in the middle of its answer
   */
  take(data: string): void {
    if (data.trim() === "[DONE]") {
      this.#isDone = true;
      return;
    }
    const value = parseJson(data, this.#asked);
    if (!Value.Check(Completion, value)) {
      throw this.#invalid("in a form that OpenAI's API does not know");
    }
    if (value.error !== undefined && value.error !== null) throw this.#reported(value);
    this.#usage = value.usage ?? this.#usage;
    this.#timings = value.timings ?? this.#timings;
    const choice = value.choices?.[0];
    const message = choice?.delta ?? choice?.message;
    if (message?.reasoning_content || message?.reasoning || message?.content)
      this.#firstAt ??= performance.now();
    this.#append(this.#filter.push(message?.content ?? ""));
    this.#finish = choice?.finish_reason ?? this.#finish;
  }

  /** @throws AppError REMOTE_UNAVAILABLE when the answer broke off, REMOTE_REFUSED when a filter stopped it */
  end(): ReadCompletion {
    if (this.#finish === null && !this.#isDone) {
      const message = `The answer of the model server ${this.#asked.host} broke off.`;
      throw remoteError("REMOTE_UNAVAILABLE", this.#asked, message);
    }
    if (this.#finish === "content_filter") {
      const message = `The content filter of the model server ${this.#asked.host} stopped the answer.`;
      throw remoteError("REMOTE_REFUSED", this.#asked, message);
    }
    this.#append(this.#filter.end());
    const stopReason = this.#finish === "length" ? "length" : "stop";
    return { text: this.#text, stopReason, metrics: this.#metrics() };
  }

  #append(piece: string): void {
    if (piece === "") return;
    this.#text += piece;
    // Servers send one token at a time, as a rule.
    this.#onText?.(piece, 1);
  }

  /** Counts that the server does not tell are 0. Times are its own, else measured here: until the first token it reads. */
  #metrics(): InferenceMetrics {
    const now = performance.now();
    const firstAt = this.#firstAt ?? now;
    const { prompt_tokens = 0, completion_tokens } = this.#usage ?? {};
    const completion = completion_tokens ?? 0;
    const generationMs = this.#timings?.predicted_ms ?? now - firstAt;
    return {
      queue_ms: 0,
      load_ms: 0,
      prompt_tokens,
      prompt_ms: this.#timings?.prompt_ms ?? firstAt - this.#sentAt,
      completion_tokens: completion,
      generation_ms: generationMs,
      ttft_ms: firstAt - this.#sentAt,
      prompt_tokens_per_second: this.#timings?.prompt_per_second ?? 0,
      completion_tokens_per_second:
        this.#timings?.predicted_per_second ?? (generationMs > 0 ? (completion * 1000) / generationMs : 0),
    };
  }

  #reported(value: Completion): AppError {
    const said = fromJson(value);
    const status = statusOf(value.error);
    return refusal(this.#asked, status, said);
  }

  #invalid(how: string): AppError {
    const message = `The model server ${this.#asked.host} answered ${how}.`;
    return remoteError("REMOTE_INVALID_ANSWER", this.#asked, message);
  }
}

/** The status that the error would have had before the answer began; 500 where it does not say. */
function statusOf(error: unknown): number {
  if (typeof error !== "object" || error === null || !("code" in error)) return 500;
  const code = Number(error.code);
  return Number.isInteger(code) && code >= 400 && code < 600 ? code : 500;
}
