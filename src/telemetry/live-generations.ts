import type { GenerateOptions, TextEngine, TextRequest, TextResult } from "../inference/text-engine.ts";

/** What a model is doing for a prompt at this moment. */
export interface LiveGeneration {
  /** `deciding`: whether text or a picture is wanted; `writing`: the answer. */
  readonly step: "deciding" | "writing";
  /** So far; of a server elsewhere, pieces of text. */
  readonly tokens: number;
  /** From the first piece until now; null before the second. */
  readonly tokensPerSecond: number | null;
}

interface Running {
  readonly step: LiveGeneration["step"];
  tokens: number;
  /** Of the first piece: from when on they were written nobody knows. */
  firstTokens: number;
  firstAt: number;
}

/** How far the answers of engines are. Holds nothing once an answer has ended. */
export class LiveGenerations {
  readonly #now: () => number;
  /** By correlation id: a prompt makes one call at a time. */
  readonly #running = new Map<string, Running>();

  /** @param now a clock in ms that only goes forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The same engine, watched. */
  watched(engine: TextEngine): TextEngine {
    return {
      generate: (request, options) => this.#generate(engine, request, options),
      countTokens: (texts, options) => engine.countTokens(texts, options),
      contextSize: () => engine.contextSize(),
    };
  }

  /** @returns undefined when no model works on this prompt */
  of(correlationId: string): LiveGeneration | undefined {
    const running = this.#running.get(correlationId);
    if (running === undefined) return undefined;
    const { step, tokens, firstTokens, firstAt } = running;
    const seconds = (this.#now() - firstAt) / 1000;
    const tokensPerSecond = tokens <= firstTokens || seconds <= 0 ? null : (tokens - firstTokens) / seconds;
    return { step, tokens, tokensPerSecond };
  }

  async #generate(engine: TextEngine, request: TextRequest, options: GenerateOptions): Promise<TextResult> {
    const { correlationId, onText } = options;
    const step = request.jsonSchema === undefined ? "writing" : "deciding";
    const running: Running = { step, tokens: 0, firstTokens: 0, firstAt: 0 };
    this.#running.set(correlationId, running);
    try {
      return await engine.generate(request, {
        ...options,
        onText: (piece, tokens) => {
          if (running.tokens === 0) {
            running.firstAt = this.#now();
            running.firstTokens = tokens;
          }
          running.tokens += tokens;
          onText?.(piece, tokens);
        },
      });
    } finally {
      // Another attempt for the same prompt may have begun meanwhile.
      if (this.#running.get(correlationId) === running) this.#running.delete(correlationId);
    }
  }
}
