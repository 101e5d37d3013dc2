import type { Setting, ValueOf } from "./setting.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MEBIBYTE = 1024 * 1024;

const CANVUS = "Canvus server";
const PROMPTS = "Prompts";
const MODEL = "Text model";
const PICTURES = "Pictures";
const WEB = "Dashboard and health";
const SERVICE = "Data and log";

/**
 * Every setting, declared once: the key is the environment variable and the key in `Config`. Parsing, messages,
 * `.env.example`, the README's table and `canvuslocallm config` come from here; the order is the order shown.
 */
export const SETTINGS = {
  CANVUS_SERVER: {
    type: "url",
    group: CANVUS,
    required: true,
    example: "https://canvus.example.com",
    description: "Address of the Canvus server.",
  },
  CANVUS_API_KEY: {
    type: "string",
    group: CANVUS,
    secret: true,
    description:
      "Access token of the Canvus user the service works as. Create it in the Canvus web interface. Wins over user name and password.",
  },
  CANVUS_USERNAME: {
    type: "string",
    group: CANVUS,
    example: "assistant@example.com",
    description: "Email address of the Canvus user, when there is no access token.",
  },
  CANVUS_PASSWORD: {
    type: "string",
    group: CANVUS,
    secret: true,
    description: "Password of CANVUS_USERNAME. Put it in quotes when it contains # or spaces.",
  },
  CANVAS_IDS: {
    type: "list",
    group: CANVUS,
    aliases: ["CANVAS_ID"],
    example: "2c4ae0b5-6b1f-4a6e-9d58-1f0f6b6f7c11, Planning board",
    description: "Canvases to watch, separated by commas: each an id, a share link or a unique canvas name.",
  },
  ALLOW_SELF_SIGNED_CERTS: {
    type: "boolean",
    group: CANVUS,
    default: false,
    description: "Accept any TLS certificate of the Canvus server. CANVUS_CA_FILE is the safe way.",
  },
  CANVUS_CA_FILE: {
    type: "path",
    group: CANVUS,
    description: "PEM file with the certificate authority of the Canvus server.",
  },
  CANVUSLLM_REQUEST_TIMEOUT: {
    type: "duration",
    group: CANVUS,
    default: 30 * SECOND,
    min: SECOND,
    max: HOUR,
    description: "Longest wait for one answer of the Canvus server.",
  },
  CANVUSLLM_STREAM_IDLE_TIMEOUT: {
    type: "duration",
    group: CANVUS,
    default: 60 * SECOND,
    min: SECOND,
    max: HOUR,
    description:
      "A canvas stream that is silent for so long counts as broken and is opened anew. Canvus sends a sign of life every 15 s.",
  },
  MAX_FILE_SIZE: {
    type: "size",
    group: CANVUS,
    default: 50 * MEBIBYTE,
    min: 1024,
    max: 1024 * MEBIBYTE,
    description: "Largest file that is downloaded from or uploaded to a canvas.",
  },

  MAX_CONCURRENT: {
    type: "integer",
    group: PROMPTS,
    default: 5,
    min: 1,
    max: 64,
    description: "Prompts answered at the same time. The others wait in the queue.",
  },
  CANVUSLLM_QUEUE_LIMIT: {
    type: "integer",
    group: PROMPTS,
    default: 200,
    min: 1,
    max: 10_000,
    description: "Prompts that may wait. Further ones get a note that says so.",
  },
  CANVUSLLM_PROMPT_SETTLE_MS: {
    type: "duration",
    group: PROMPTS,
    default: 1500,
    min: 0,
    max: MINUTE,
    description:
      "How long a note must rest before its prompt is taken, so that nothing half-typed is answered.",
  },
  AI_TIMEOUT: {
    type: "duration",
    group: PROMPTS,
    default: 2 * MINUTE,
    min: SECOND,
    max: 24 * HOUR,
    description:
      "Longest time a model call may go without progress. Raise it for large models on slow machines: reading a long prompt counts as silence.",
  },
  PROCESSING_TIMEOUT: {
    type: "duration",
    group: PROMPTS,
    default: 300 * SECOND,
    min: SECOND,
    max: 24 * HOUR,
    description: "Longest time for one prompt from its start to its answer, retries included.",
  },
  MAX_RETRIES: {
    type: "integer",
    group: PROMPTS,
    default: 3,
    min: 0,
    max: 20,
    description: "How often an operation that failed for a passing reason is tried again.",
  },
  RETRY_DELAY: {
    type: "duration",
    group: PROMPTS,
    default: SECOND,
    min: 0,
    max: 5 * MINUTE,
    description: "Wait before the first retry; it doubles with each further one.",
  },

  LLAMA_MODEL_PATH: {
    type: "path",
    group: MODEL,
    required: true,
    keywords: ["builtin:demo"],
    example: "/srv/models/model.gguf",
    description:
      "GGUF file of the model that answers. builtin:demo is a tiny model inside the program that knows a few facts, to try the service out.",
  },
  LLAMA_CONTEXT_SIZE: {
    type: "integer",
    group: MODEL,
    default: 0,
    min: 0,
    max: 1_048_576,
    description: "Tokens of prompt and answer together. 0 chooses by model and memory.",
  },
  LLAMA_GPU: {
    type: "enum",
    group: MODEL,
    values: ["auto", "cuda", "vulkan", "off"],
    default: "auto",
    description: "What computes: auto takes the best that works, off the processor.",
  },
  LLAMA_THREADS: {
    type: "integer",
    group: MODEL,
    default: 0,
    min: 0,
    max: 256,
    description: "Processor threads of the model. 0 chooses and always leaves a core free.",
  },
  CANVUSLLM_MODEL_KEEP_ALIVE: {
    type: "duration",
    group: MODEL,
    default: 0,
    min: 0,
    max: 24 * HOUR,
    description:
      "A model that nobody has used for so long is unloaded, and loaded again for the next prompt. 0 keeps it loaded until another model needs the memory.",
  },
  OPENAI_NOTE_RESPONSE_TOKENS: {
    type: "integer",
    group: MODEL,
    // The old application's 400 cut most longer answers off; its own sample file already said 2000.
    default: 2000,
    min: 1,
    max: 32_768,
    description: "Longest answer to a note, in tokens (about four characters each).",
  },

  SD_MODEL_PATH: {
    type: "path",
    group: PICTURES,
    example: "/srv/models/stable-diffusion.safetensors",
    description:
      "File of the model that draws pictures: one safetensors, GGUF or ckpt file with all its parts (Stable Diffusion 1, 2, 3 or XL). Without it no pictures are drawn on this machine.",
  },
  SD_LIBRARY_PATH: {
    type: "path",
    group: PICTURES,
    description:
      "The library that draws (libcanvuslocallm-sd.so, canvuslocallm-sd.dll). Without it, the one in lib/stable-diffusion beside the executable.",
  },
  SD_IMAGE_SIZE: {
    type: "integer",
    group: PICTURES,
    default: 512,
    min: 64,
    max: 2048,
    multipleOf: 64,
    description:
      "Width and height of pictures in pixels. The size the model was trained for gives the best ones: 512 for Stable Diffusion 1, 1024 for XL.",
  },
  SD_INFERENCE_STEPS: {
    type: "integer",
    group: PICTURES,
    default: 20,
    min: 1,
    max: 200,
    description: "Steps in which a picture comes out of noise. More take longer and give finer pictures.",
  },
  SD_GUIDANCE_SCALE: {
    type: "number",
    group: PICTURES,
    default: 7,
    min: 0,
    max: 50,
    description:
      "How closely pictures follow the prompt. Models made for few steps (turbo, LCM) want 1 to 2.",
  },
  SD_NEGATIVE_PROMPT: {
    type: "string",
    group: PICTURES,
    example: "blurry, watermark",
    description: "What must not be in pictures.",
  },
  SD_SEED: {
    type: "integer",
    group: PICTURES,
    default: -1,
    min: -1,
    max: 4_294_967_295,
    description: "The same seed draws the same picture for the same prompt. -1 takes another one each time.",
  },
  SD_TIMEOUT_SECONDS: {
    type: "duration",
    group: PICTURES,
    default: 2 * MINUTE,
    min: SECOND,
    max: 24 * HOUR,
    description:
      "Longest time for drawing one picture, without the loading of the model. A picture on which nothing moves for half of it counts as stuck.",
  },
  SD_MAX_CONCURRENT: {
    type: "integer",
    group: PICTURES,
    default: 1,
    min: 1,
    max: 8,
    description: "Pictures drawn at the same time. Each takes the memory of the whole model.",
  },

  WEBUI_HOST: {
    type: "string",
    group: WEB,
    default: "127.0.0.1",
    description: "Network address the dashboard listens on. 0.0.0.0 opens it to the network.",
  },
  PORT: {
    type: "integer",
    group: WEB,
    default: 3000,
    min: 0,
    max: 65_535,
    description: "Port of the dashboard and of /healthz and /readyz. 0 takes any free one.",
  },
  WEBUI_PWD: {
    type: "string",
    group: WEB,
    secret: true,
    description:
      "Password of the dashboard. Without one it stays closed. Changing it logs everybody out. Put it in quotes when it contains # or spaces.",
  },
  WEBUI_SESSION_TIMEOUT: {
    type: "duration",
    group: WEB,
    default: 24 * HOUR,
    min: SECOND,
    max: 30 * 24 * HOUR,
    description: "Longest time from a login to the dashboard to the next one, however much it is used.",
  },
  WEBUI_SESSION_IDLE_TIMEOUT: {
    type: "duration",
    group: WEB,
    default: 8 * HOUR,
    min: 5 * MINUTE,
    max: 30 * 24 * HOUR,
    description:
      "A login that is not used for so long ends. Every use renews it, up to WEBUI_SESSION_TIMEOUT.",
  },
  WEBUI_BASE_PATH: {
    type: "string",
    group: WEB,
    example: "/ai",
    description: "Path of the dashboard behind a reverse proxy. The proxy may hand it on or take it off.",
  },
  WEBUI_TRUSTED_PROXIES: {
    type: "list",
    group: WEB,
    example: "127.0.0.1,10.0.0.0/8",
    description:
      "Reverse proxies, separated by commas: addresses or networks. Only from them X-Forwarded-For, -Proto and -Host count.",
  },
  WEBUI_TLS_CERT: {
    type: "path",
    group: WEB,
    example: "/etc/ssl/dashboard.pem",
    description: "PEM file with the certificate, and what leads to its authority, to serve HTTPS.",
  },
  WEBUI_TLS_KEY: {
    type: "path",
    group: WEB,
    example: "/etc/ssl/private/dashboard.key",
    description: "PEM file with the private key of WEBUI_TLS_CERT, without a passphrase.",
  },

  CANVUSLLM_DATA_DIR: {
    type: "path",
    group: SERVICE,
    default: "~/.canvuslocallm",
    windowsDefault: "%APPDATA%\\CanvusLocalLLM",
    description: "Where the database and unpacked files are kept.",
  },
  CANVUSLLM_HISTORY_RETENTION: {
    type: "duration",
    group: SERVICE,
    default: 30 * DAY,
    min: HOUR,
    max: 3650 * DAY,
    description: "How long answered prompts, errors and sums per hour are kept.",
  },
  CANVUSLLM_METRICS_RETENTION: {
    type: "duration",
    group: SERVICE,
    default: 7 * DAY,
    min: HOUR,
    max: 3650 * DAY,
    description: "How long canvas events and single measurements are kept.",
  },
  CANVUSLLM_DB_WARN_SIZE: {
    type: "size",
    group: SERVICE,
    default: 500_000_000,
    min: 1_000_000,
    max: 1_000_000_000_000,
    description: "The log warns when the database becomes larger.",
  },
  SHUTDOWN_TIMEOUT: {
    type: "duration",
    group: SERVICE,
    default: 60 * SECOND,
    min: 5 * SECOND,
    max: HOUR,
    description: "Longest time from the wish to stop to the end; what is left then is ended by force.",
  },
  SHUTDOWN_INFLIGHT_TIMEOUT: {
    type: "duration",
    group: SERVICE,
    default: 30 * SECOND,
    min: 0,
    max: HOUR,
    description:
      "How long prompts that are being answered may take to end when the service stops, at most 60 % of SHUTDOWN_TIMEOUT. The next start resumes the others.",
  },
  CANVUSLLM_LOG_LEVEL: {
    type: "enum",
    group: SERVICE,
    values: ["debug", "info", "warn", "error"],
    default: "info",
    description: "The least important log entries that are still written.",
  },
  CANVUSLLM_LOG_FORMAT: {
    type: "enum",
    group: SERVICE,
    values: ["auto", "json", "pretty"],
    default: "auto",
    description: "Form of the log on stderr: auto is pretty in a terminal and JSON otherwise.",
  },
  CANVUSLLM_LOG_DIR: {
    type: "path",
    group: SERVICE,
    description: "Where the log files are kept. Without it, logs in the data directory.",
  },
  CANVUSLLM_LOG_FILE_SIZE: {
    type: "size",
    group: SERVICE,
    default: 100 * MEBIBYTE,
    min: 4096,
    max: 10_240 * MEBIBYTE,
    description:
      "Size at which a new log file is begun; each day begins one as well. The last five are kept besides the current one.",
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** The effective configuration. Durations are in milliseconds, sizes in bytes, paths absolute. */
export type Config = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

/** All names in the order of the schema. */
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName);

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** The setting under its general type, for code that treats all settings alike. */
export function settingOf(name: SettingName): Setting {
  return SETTINGS[name];
}
