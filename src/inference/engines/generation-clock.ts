import type { InferenceMetrics } from "../text-engine.ts";

interface TokenCounter {
  getState(): { usedInputTokens: number; usedOutputTokens: number };
}

/** Measures one generation, from the start of reading the prompt to its last token. */
export class GenerationClock {
  readonly #tokens: TokenCounter;
  readonly #before: ReturnType<TokenCounter["getState"]>;
  readonly #begun = performance.now();
  #first: { readonly at: number; readonly tokens: number } | null = null;

  /** @param tokens counts all tokens that were computed on the sequence, also for earlier requests */
  constructor(tokens: TokenCounter) {
    this.#tokens = tokens;
    this.#before = tokens.getState();
  }

  /** To be called with the number of tokens in each piece of output; only the first call counts. */
  output(tokens: number): void {
    this.#first ??= { at: performance.now(), tokens };
  }

  /**
   * To be called at the end. The first piece comes together with the end of the prompt: its tokens are taken to have
   * lasted as long as the others. `queue_ms` and `load_ms` are 0: they pass before an engine sees a request.
   * @param promptTokens length of the prompt, including what the engine still knew from an earlier request
   */
  metrics(promptTokens: number): InferenceMetrics {
    const now = performance.now();
    const { usedInputTokens, usedOutputTokens } = this.#tokens.getState();
    const computed = usedInputTokens - this.#before.usedInputTokens;
    const completion = usedOutputTokens - this.#before.usedOutputTokens;
    const first = this.#first ?? { at: now, tokens: completion };
    const others = completion - first.tokens;
    const sinceFirst = now - first.at;
    const whole = now - this.#begun;
    const generationMs = others > 0 ? Math.min(whole, (sinceFirst * completion) / others) : sinceFirst;
    const promptMs = whole - generationMs;
    return {
      queue_ms: 0,
      load_ms: 0,
      prompt_tokens: promptTokens,
      prompt_ms: promptMs,
      completion_tokens: completion,
      generation_ms: generationMs,
      ttft_ms: first.at - this.#begun,
      prompt_tokens_per_second: perSecond(computed, promptMs),
      completion_tokens_per_second: perSecond(completion, generationMs),
    };
  }
}

function perSecond(count: number, ms: number): number {
  return ms > 0 ? (count * 1000) / ms : 0;
}
