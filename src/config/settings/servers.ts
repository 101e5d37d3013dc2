import type { Setting } from "../setting.ts";

const GROUP = "Models on other machines";

/** Settings of model servers; a part of SETTINGS. Nothing is asked unless an address or key is set here. */
export const SERVER_SETTINGS = {
  BASE_LLM_URL: {
    type: "url",
    group: GROUP,
    example: "http://llm.example.com:8000/v1",
    description:
      "Server that speaks OpenAI's API: vLLM, llama-server, ollama, LocalAI, LM Studio, OpenAI itself. It is asked for what has no address of its own below. Without a path /v1 is meant.",
  },
  TEXT_LLM_URL: {
    type: "url",
    group: GROUP,
    description: "The same, for text alone.",
  },
  VISION_LLM_URL: {
    type: "url",
    group: GROUP,
    description: "The same, for looking at pictures.",
  },
  IMAGE_LLM_URL: {
    type: "url",
    group: GROUP,
    example: "http://sd.example.com:1234/v1",
    description: "The same, for drawing pictures; also sd-server.",
  },
  OPENAI_API_KEY: {
    type: "string",
    group: GROUP,
    secret: true,
    aliases: ["OPENAI_KEY"],
    description: "Key of these servers. It is sent to each that has none of its own below.",
  },
  TEXT_LLM_API_KEY: { type: "string", group: GROUP, secret: true, description: "Key of TEXT_LLM_URL." },
  VISION_LLM_API_KEY: { type: "string", group: GROUP, secret: true, description: "Key of VISION_LLM_URL." },
  IMAGE_LLM_API_KEY: { type: "string", group: GROUP, secret: true, description: "Key of IMAGE_LLM_URL." },
  OPENAI_NOTE_MODEL: {
    type: "string",
    group: GROUP,
    example: "gpt-4o-mini",
    description:
      "Model that answers notes, as the server calls it; on Azure the deployment. Without it the only model that the server has.",
  },
  OPENAI_PDF_MODEL: {
    type: "string",
    group: GROUP,
    description: "Model that summarizes PDFs. Without it OPENAI_NOTE_MODEL.",
  },
  OPENAI_CANVAS_MODEL: {
    type: "string",
    group: GROUP,
    description: "Model that summarizes canvases. Without it OPENAI_NOTE_MODEL.",
  },
  OPENAI_VISION_MODEL: {
    type: "string",
    group: GROUP,
    description:
      "Model that looks at pictures. BASE_LLM_URL and Azure are asked about pictures only when it is set.",
  },
  IMAGE_GEN_MODEL: {
    type: "string",
    group: GROUP,
    example: "gpt-image-1",
    description:
      "Model that draws pictures. BASE_LLM_URL and Azure are asked to draw only when it is set; IMAGE_LLM_URL chooses one by itself without it.",
  },
  LLM_CONTEXT_SIZE: {
    type: "integer",
    group: GROUP,
    default: 0,
    min: 0,
    max: 10_000_000,
    description:
      "Tokens of prompt and answer together that the text models on servers can read. 0 asks the server (vLLM and llama-server tell) and takes 8192 where it does not.",
  },
  LLM_CA_FILE: {
    type: "path",
    group: GROUP,
    description:
      "PEM file with a certificate authority to trust besides the public ones, for servers with certificates of your own.",
  },
  AZURE_OPENAI_ENDPOINT: {
    type: "url",
    group: GROUP,
    example: "https://name.openai.azure.com",
    description: "Azure OpenAI. It takes the place of BASE_LLM_URL.",
  },
  AZURE_OPENAI_DEPLOYMENT: {
    type: "string",
    group: GROUP,
    description: "Deployment that answers, where no model is named above.",
  },
  AZURE_OPENAI_API_VERSION: {
    type: "string",
    group: GROUP,
    default: "2024-10-21",
    description: "Version of Azure's API.",
  },
  AZURE_OPENAI_API_KEY: {
    type: "string",
    group: GROUP,
    secret: true,
    description: "Key of AZURE_OPENAI_ENDPOINT. Without it OPENAI_API_KEY.",
  },
  GOOGLE_VISION_API_KEY: {
    type: "string",
    group: GROUP,
    secret: true,
    aliases: ["GOOGLE_VISION_KEY"],
    description: "With it Google Vision reads the handwriting in snapshots, in place of a vision model.",
  },
  GOOGLE_VISION_URL: {
    type: "url",
    group: GROUP,
    default: "https://vision.googleapis.com",
    description: "Where Google Vision is; https://eu-vision.googleapis.com keeps data in the EU.",
  },
  CANVUSLLM_ENGINE_ORDER: {
    type: "enum",
    group: GROUP,
    values: ["remote", "local", "remote-then-local", "local-then-remote"],
    default: "remote",
    description:
      "Who is asked where a server and a model on this machine are both set up: remote the server alone, local the model on this machine alone; with -then- the other one when the first cannot answer, which is logged and said in the answer.",
  },
} as const satisfies Record<string, Setting>;
