import type { TextEngine } from "../text-engine.ts";

/** A text engine of one function; a token of it is a character. */
export function generating(generate: TextEngine["generate"]): TextEngine {
  return {
    generate,
    countTokens: async (texts) => texts.map(({ length }) => length),
    contextSize: async () => 4096,
  };
}
