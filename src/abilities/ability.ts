/** What an ability is asked, and its only ways to let people see how it goes. */
export interface AbilityRequest {
  readonly prompt: string;
  readonly correlationId: string;
  readonly signal: AbortSignal;
  /** A few words for the status line of the trigger. */
  progress(status: string): void;
  /** The whole answer so far; may be called often, the canvas is written at a bearable rate. */
  show(text: string): void;
}

/** Of the model call that wrote the answer, in ms. */
export interface AnswerTimings {
  readonly queue_ms: number;
  readonly load_ms: number;
  readonly prompt_ms: number;
  /** From the start of the evaluation to the first token. */
  readonly ttft_ms: number;
  readonly generation_ms: number;
}

/** A finished answer, as it stands on the canvas, and what it took. */
export interface AbilityResult {
  readonly text: string;
  readonly model: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Absent when no model of ours wrote it. */
  readonly timings?: AnswerTimings;
}

/**
 * One thing the product can do. It knows nothing of queues, databases, routes or child processes; it throws an
 * AppError, and whoever called it retries or tells people.
 */
export type Ability = (request: AbilityRequest) => Promise<AbilityResult>;
