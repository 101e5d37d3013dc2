import type { InferenceMetrics } from "../text-engine.ts";

interface TokenCounter {
  getState(): { usedInputTokens: number; usedOutputTokens: number };
}

/** Measures one generation, from the start of reading the prompt to its last token. */
export class GenerationClock {
  readonly #tokens: TokenCounter;
  readonly #before: ReturnType<TokenCounter["getState"]>;
  readonly #begun = performance.now();
  #promptReadAt: number | null = null;
  #firstTokenAt: number | null = null;

  /** @param tokens counts all tokens that were computed on the sequence, also for earlier requests */
  constructor(tokens: TokenCounter) {
    this.#tokens = tokens;
    this.#before = tokens.getState();
  }

  /** To be called when the model has read the whole prompt. */
  promptRead(): void {
    this.#promptReadAt = performance.now();
  }

  /** To be called with each piece of output; only the first call counts. */
  firstToken(): void {
    this.#firstTokenAt ??= performance.now();
  }

  /**
   * To be called at the end. `queue_ms` and `load_ms` are 0: they pass before an engine sees a request.
   * @param promptTokens length of the prompt, including what the engine still knew from an earlier request
   */
  metrics(promptTokens: number): InferenceMetrics {
    const now = performance.now();
    const { usedInputTokens, usedOutputTokens } = this.#tokens.getState();
    const promptMs = (this.#promptReadAt ?? now) - this.#begun;
    const generationMs = now - this.#begun - promptMs;
    const computed = usedInputTokens - this.#before.usedInputTokens;
    const completion = usedOutputTokens - this.#before.usedOutputTokens;
    return {
      queue_ms: 0,
      load_ms: 0,
      prompt_tokens: promptTokens,
      prompt_ms: promptMs,
      completion_tokens: completion,
      generation_ms: generationMs,
      ttft_ms: (this.#firstTokenAt ?? now) - this.#begun,
      prompt_tokens_per_second: perSecond(computed, promptMs),
      completion_tokens_per_second: perSecond(completion, generationMs),
    };
  }
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? (count * 1000) / ms : 0;
}
