import type { ChatMessage } from "../text-engine.ts";

/** Stands where something was left out, so that the model does not read the two ends as one sentence. */
const GAP = "\n[…]\n";
/** Cutting text changes how its ends split into tokens, so one pass may miss the limit by a few. */
const MAX_PASSES = 6;

/** What of a model is needed to fit a prompt; tokens are opaque. */
export interface PromptTokenizer<Token> {
  /** Tokens of the whole prompt as the model reads it, chat template included. */
  countPrompt(messages: readonly ChatMessage[]): number;
  tokenize(text: string): readonly Token[];
  detokenize(tokens: readonly Token[]): string;
}

export interface FittedPrompt {
  readonly messages: readonly ChatMessage[];
  readonly promptTokens: number;
  /** How many tokens shorter than the whole prompt this is; 0 = nothing was left out. */
  readonly tokensCut: number;
}

/**
 * Makes a prompt fit: first the oldest exchanges go, then the middle of the longest message. The system prompt, the
 * newest message and both ends of a long text stay, because the instruction stands at one of them.
 * @returns null when not even that fits
 */
export function fitPrompt<Token>(
  messages: readonly ChatMessage[],
  limit: number,
  tokenizer: PromptTokenizer<Token>,
): FittedPrompt | null {
  const whole = tokenizer.countPrompt(messages);
  if (whole <= limit) return { messages, promptTokens: whole, tokensCut: 0 };

  let kept = messages;
  let count = whole;
  while (count > limit) {
    const oldest = kept.findIndex((message, index) => message.role !== "system" && index < kept.length - 1);
    if (oldest === -1) break;
    // With its question goes the answer: many chat templates refuse a conversation that the model begins.
    const isAnswered = kept[oldest + 1]?.role === "assistant" && oldest + 2 < kept.length;
    kept = kept.toSpliced(oldest, isAnswered ? 2 : 1);
    count = tokenizer.countPrompt(kept);
  }
  for (let pass = 0; pass < MAX_PASSES && count > limit; pass++) {
    kept = shortenLongest(kept, count - limit, tokenizer);
    count = tokenizer.countPrompt(kept);
  }
  return count > limit ? null : { messages: kept, promptTokens: count, tokensCut: whole - count };
}

function shortenLongest<Token>(
  messages: readonly ChatMessage[],
  excess: number,
  tokenizer: PromptTokenizer<Token>,
): readonly ChatMessage[] {
  const tokenized = messages.map((message) => tokenizer.tokenize(message.content));
  const longest = tokenized.reduce(
    (best, tokens, index) => (tokens.length > (tokenized[best]?.length ?? 0) ? index : best),
    0,
  );
  const tokens = tokenized[longest];
  const message = messages[longest];
  if (tokens === undefined || message === undefined) return messages;

  const keep = Math.max(0, tokens.length - excess - tokenizer.tokenize(GAP).length);
  const head = Math.ceil(keep / 2);
  const content = [
    // A cut between the bytes of one character leaves replacement characters behind.
    tokenizer.detokenize(tokens.slice(0, head)).replace(/\uFFFD+$/u, ""),
    tokenizer.detokenize(tokens.slice(tokens.length - (keep - head))).replace(/^\uFFFD+/u, ""),
  ].join(GAP);
  return messages.with(longest, { ...message, content });
}
