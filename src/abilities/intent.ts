import type { GenerateOptions, TextEngine } from "../inference/text-engine.ts";

/** Enough to tell a picture request from a question; a long note need not be read twice for that. */
const MAX_CHARACTERS = 600;
/** Diffusion models read about 75 tokens of a description. */
const MAX_DESCRIPTION_TOKENS = 120;

const SYSTEM_PROMPT = 'You classify canvas prompts. Answer as JSON {"type":"text"|"image","content":"..."}.';

/** The type alone: what follows it would be a whole answer wrapped in JSON, cut off where the tokens end. */
const INTENT = {
  type: "object",
  properties: { type: { enum: ["text", "image"] } },
  required: ["type"],
  additionalProperties: false,
} as const;

const DESCRIPTION = {
  type: "object",
  properties: { type: { enum: ["image"] }, content: { type: "string" } },
  required: ["type", "content"],
  additionalProperties: false,
} as const;

/** Lets the model decide, by grammar, whether a picture or a text is wanted. */
export async function decideIntent(
  engine: TextEngine,
  prompt: string,
  options: GenerateOptions,
): Promise<"text" | "image"> {
  const { text } = await engine.generate(request(prompt, INTENT, 24), options);
  return /"type"\s*:\s*"image"/.test(text) ? "image" : "text";
}

/** What the picture shall show, in words for an image model; the wish itself when the model finds none. */
export async function describePicture(
  engine: TextEngine,
  prompt: string,
  options: GenerateOptions,
): Promise<string> {
  const { text } = await engine.generate(request(prompt, DESCRIPTION, MAX_DESCRIPTION_TOKENS), options);
  return contentOf(text) ?? prompt;
}

function request(prompt: string, jsonSchema: typeof INTENT | typeof DESCRIPTION, maxTokens: number) {
  return {
    messages: [
      { role: "system", content: SYSTEM_PROMPT },
      { role: "user", content: prompt.slice(0, MAX_CHARACTERS) },
    ],
    maxTokens,
    temperature: 0,
    jsonSchema,
  } as const;
}

/** Null for an answer that was cut off before its end, or says nothing. */
function contentOf(json: string): string | null {
  try {
    const { content }: { content?: unknown } = JSON.parse(json);
    return typeof content === "string" && content.trim() !== "" ? content.trim() : null;
  } catch {
    return null;
  }
}
