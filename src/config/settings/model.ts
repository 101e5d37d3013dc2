import type { Setting } from "../setting.ts";
import { HOUR } from "./amounts.ts";

const GROUP = "Text model";

export const MODEL_SETTINGS = {
  LLAMA_MODEL_PATH: {
    type: "path",
    group: GROUP,
    keywords: ["builtin:demo"],
    bareNames: true,
    example: "/srv/models/model.gguf",
    description:
      "The model that answers: a GGUF file, the name of a model (`canvuslocallm models list` shows them), or builtin:demo, a tiny model inside the program that knows a few facts, to try the service out. Without it, the file of LLAMA_MODEL_URL. Not needed when a model server answers, see TEXT_LLM_URL.",
  },
  LLAMA_CONTEXT_SIZE: {
    type: "integer",
    group: GROUP,
    default: 0,
    min: 0,
    max: 1_048_576,
    description: "Tokens of prompt and answer together. 0 chooses by model and memory.",
  },
  LLAMA_GPU: {
    type: "enum",
    group: GROUP,
    values: ["auto", "cuda", "vulkan", "off"],
    default: "auto",
    description: "What computes: auto takes the best that works, off the processor.",
  },
  LLAMA_THREADS: {
    type: "integer",
    group: GROUP,
    default: 0,
    min: 0,
    max: 256,
    description: "Processor threads of the model. 0 chooses and always leaves a core free.",
  },
  CANVUSLLM_MODEL_KEEP_ALIVE: {
    type: "duration",
    group: GROUP,
    default: 0,
    min: 0,
    max: 24 * HOUR,
    description:
      "A model that nobody has used for so long is unloaded, and loaded again for the next prompt. 0 keeps it loaded until another model needs the memory.",
  },
  OPENAI_NOTE_RESPONSE_TOKENS: {
    type: "integer",
    group: GROUP,
    // The old application's 400 cut most longer answers off; its own sample file already said 2000.
    default: 2000,
    min: 1,
    max: 32_768,
    description: "Longest answer to a note, in tokens (about four characters each).",
  },
  OPENAI_PDF_PRECIS_TOKENS: {
    type: "integer",
    group: GROUP,
    default: 1000,
    min: 32,
    max: 32_768,
    description: "Longest summary of a PDF, in tokens.",
  },
  OPENAI_PDF_CHUNK_SIZE_TOKENS: {
    type: "integer",
    group: GROUP,
    default: 0,
    min: 0,
    max: 131_072,
    description:
      "Longest piece of a document that is read at once, in tokens. 0 takes what the model's context allows, at most 4000.",
  },
  OPENAI_CANVAS_PRECIS_TOKENS: {
    type: "integer",
    group: GROUP,
    default: 1000,
    min: 32,
    max: 32_768,
    description: "Longest summary of a canvas, in tokens.",
  },
} as const satisfies Record<string, Setting>;
