import type { ChatHistoryItem, ChatWrapper, Token, Tokenizer } from "node-llama-cpp";
import type { ChatMessage } from "../text-engine.ts";

function historyItem({ role, content }: ChatMessage): ChatHistoryItem {
  if (role === "system") return { type: "system", text: content };
  return role === "user" ? { type: "user", text: content } : { type: "model", response: [content] };
}

/** Our messages as the library's. Nothing is added: without a system message the model gets none. */
export function chatHistory(messages: readonly ChatMessage[]): ChatHistoryItem[] {
  return messages.map(historyItem);
}

/** The prompt as the model reads it, with its own chat template around the messages. */
export function promptTokens(
  wrapper: ChatWrapper,
  messages: readonly ChatMessage[],
  tokenizer: Tokenizer,
): Token[] {
  const history: ChatHistoryItem[] = [...chatHistory(messages), { type: "model", response: [] }];
  return wrapper.generateContextState({ chatHistory: history }).contextText.tokenize(tokenizer);
}
