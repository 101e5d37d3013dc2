export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface TextRequest {
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  /** 0 = always the likeliest token. */
  readonly temperature: number;
  /** When given, the model can write nothing but JSON that matches this schema. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
}

export interface GenerateOptions {
  readonly correlationId: string;
  readonly signal: AbortSignal;
  /** Called with each new piece of text, in order. @param tokens how many it is made of; 1 where nobody tells */
  readonly onText?: (piece: string, tokens: number) => void;
  /** Called with a few words for people while the model cannot work yet because it is still being downloaded. */
  readonly onWaiting?: (what: string) => void;
}

/** Times in ms, speeds in tokens/s; all measured, 0 where nothing was done or nobody tells. */
export interface InferenceMetrics {
  readonly queue_ms: number;
  readonly load_ms: number;
  readonly prompt_tokens: number;
  readonly prompt_ms: number;
  readonly completion_tokens: number;
  readonly generation_ms: number;
  /** From the start of the evaluation (not of the queueing) to the first token. */
  readonly ttft_ms: number;
  readonly prompt_tokens_per_second: number;
  readonly completion_tokens_per_second: number;
}

export interface TextResult {
  readonly text: string;
  readonly model: string;
  /**
   * `length`: the answer hit maxTokens or the end of the context and is cut off. `repetition`: it was ended because it
   * only repeated itself; the text is what stood before that, "" when nothing of it says anything by itself.
   */
  readonly stopReason: "stop" | "length" | "repetition";
  /** Tokens of the prompt that were left out because it did not fit the context; 0 = all of it was read. */
  readonly promptTokensCut: number;
  /** What people should know of who answered, a sentence; absent when it was who always does. */
  readonly notice?: string;
  readonly metrics: InferenceMetrics;
}

/** Something that answers chats: a runner on this machine or a remote server. */
export interface TextEngine {
  /**
   * @throws AppError CANCELLED when the signal aborts, RUNNER_CRASHED/RUNNER_STUCK (retryable), RUNNER_QUARANTINED,
   * MODEL_* and OUT_OF_MEMORY when the model cannot be used; from servers PROMPT_TOO_LONG and REMOTE_*
   */
  generate(request: TextRequest, options: GenerateOptions): Promise<TextResult>;
  /**
   * Tokens of each text, as the model itself splits it, without what its chat template adds.
   * @param texts at most 10,000
   * @throws AppError as generate does
   */
  countTokens(
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): Promise<readonly number[]>;
  /**
   * Tokens that prompt and answer may have together; a local model is loaded for that when it is not.
   * @throws AppError as generate does
   */
  contextSize(): Promise<number>;
}
