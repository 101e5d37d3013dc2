import type { LlamaContextSequence, Token } from "node-llama-cpp";

/**
 * Lets the model read a prompt in steps, all but the last token, from where it differs from what the sequence holds
 * already. The library itself reads a prompt in one go that nothing can cancel, and a long one takes minutes on a CPU.
 * @throws the signal's reason when it aborts
 */
export async function readPrompt(
  sequence: LlamaContextSequence,
  tokens: Token[],
  step: number,
  signal: AbortSignal,
): Promise<void> {
  const prompt = tokens.slice(0, -1);
  await sequence.adaptStateToTokens(prompt, false);
  while (sequence.nextTokenIndex < prompt.length) {
    signal.throwIfAborted();
    const next = sequence.nextTokenIndex;
    await sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(next, next + step));
  }
  signal.throwIfAborted();
}
