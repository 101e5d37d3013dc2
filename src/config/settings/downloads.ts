import type { Setting } from "../setting.ts";

const GROUP = "Model files and downloads";

/** Where model files are kept and where they come from. */
export const DOWNLOAD_SETTINGS = {
  LLAMA_MODELS_DIR: {
    type: "path",
    group: GROUP,
    example: "/srv/models",
    description: "Where model files are kept. Without it, models in the data directory.",
  },
  LLAMA_AUTO_DOWNLOAD: {
    type: "boolean",
    group: GROUP,
    default: false,
    description:
      "Download the model of LLAMA_MODEL_PATH at the start when it is missing. The service runs meanwhile, prompts wait for it.",
  },
  LLAMA_MODEL_URL: {
    type: "url",
    group: GROUP,
    example: "https://models.example.com/model.gguf",
    description: "Where the file of LLAMA_MODEL_PATH can be downloaded, when it is none of the catalogue.",
  },
  CANVUSLLM_MODEL_MIRROR: {
    type: "url",
    group: GROUP,
    default: "https://huggingface.co",
    description: "The hub that models of the catalogue come from, or a mirror that has the same paths.",
  },
  HF_TOKEN: {
    type: "string",
    group: GROUP,
    secret: true,
    description:
      "Access token of the hub, for models that need one. It is sent to CANVUSLLM_MODEL_MIRROR and nowhere else.",
  },
  HTTPS_PROXY: {
    type: "string",
    group: GROUP,
    secret: true,
    example: "http://proxy.example.com:3128",
    description:
      "Proxy for every HTTPS request of the service, also those to the Canvus server. With user name and password where it wants them: http://USER:PASSWORD@HOST:PORT.",
  },
  HTTP_PROXY: {
    type: "string",
    group: GROUP,
    secret: true,
    example: "http://proxy.example.com:3128",
    description: "The same for plain HTTP.",
  },
  NO_PROXY: {
    type: "string",
    group: GROUP,
    example: "canvus.example.com,.internal",
    description: "Hosts that are asked without a proxy, separated by commas. This machine always is.",
  },
} as const satisfies Record<string, Setting>;
