import type { LlamaContextSequence, Token } from "node-llama-cpp";

/**
 * Lets the model read a prompt in steps, from where it differs from what the sequence holds already. The library itself
 * reads a prompt in one go that nothing can cancel, and a long one takes minutes on a CPU. The last step is left to it:
 * the first token of the answer comes with that, and reading but the last token here would cost a step for it alone.
 * @throws the signal's reason when it aborts
 */
export async function readPrompt(
  sequence: LlamaContextSequence,
  tokens: Token[],
  step: number,
  signal: AbortSignal,
): Promise<void> {
  await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
  while (tokens.length - sequence.nextTokenIndex > step) {
    signal.throwIfAborted();
    const next = sequence.nextTokenIndex;
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(next, next + step));
  }
  signal.throwIfAborted();
}
