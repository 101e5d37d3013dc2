import type { GenerateOptions, TextEngine, TextResult } from "../inference/text-engine.ts";

/** Enough to tell a picture request from a question; a long note need not be read twice for that. */
const MAX_CHARACTERS = 600;

const SYSTEM_PROMPT = 'You classify canvas prompts. Answer as JSON {"type":"text"|"image","content":"..."}.';

/** The type alone: what follows it would be a whole answer wrapped in JSON, cut off where the tokens end. */
const SCHEMA = {
  type: "object",
  properties: { type: { enum: ["text", "image"] } },
  required: ["type"],
  additionalProperties: false,
} as const;

/** Lets the model decide, by grammar, whether a picture or a text is wanted. */
export async function decideIntent(
  engine: TextEngine,
  prompt: string,
  options: GenerateOptions,
): Promise<{ intent: "text" | "image"; result: TextResult }> {
  const result = await engine.generate(
    {
      messages: [
        { role: "system", content: SYSTEM_PROMPT },
        { role: "user", content: prompt.slice(0, MAX_CHARACTERS) },
      ],
      maxTokens: 24,
      temperature: 0,
      jsonSchema: SCHEMA,
    },
    options,
  );
  return { intent: /"type"\s*:\s*"image"/.test(result.text) ? "image" : "text", result };
}
