/** What kind of trouble it is; decides how the service reacts (retry, fail fast, degrade, report, skip). */
export type ErrorCategory = "transient" | "configuration" | "resource" | "model" | "data";

export interface ErrorInfo {
  readonly category: ErrorCategory;
  /** True when repeating the same operation later may succeed without anybody changing anything. */
  readonly retryable: boolean;
  /** One sentence for people: what to do next. */
  readonly hint: string;
}

/**
 * Every error the product can report, declared once. Codes are stable: they appear in logs, in the history and on
 * the canvas, and administrators search for them.
 */
export const ERRORS = {
  CONFIG_INVALID: {
    category: "configuration",
    retryable: false,
    hint: "Correct the settings named above, then start again. `canvuslocallm config` shows every setting.",
  },
  PORT_IN_USE: {
    category: "configuration",
    retryable: false,
    hint: "Stop the other program or choose another PORT.",
  },
  CANVUS_UNREACHABLE: {
    category: "transient",
    retryable: true,
    hint: "Check CANVUS_SERVER, the network and that the Canvus server runs.",
  },
  CANVUS_TIMEOUT: {
    category: "transient",
    retryable: true,
    hint: "The Canvus server is slow or busy; the operation is repeated.",
  },
  CANVUS_SERVER_ERROR: {
    category: "transient",
    retryable: true,
    hint: "The Canvus server reported an internal error; see its log.",
  },
  CANVUS_TLS: {
    category: "configuration",
    retryable: false,
    hint: "Set CANVUS_CA_FILE to the certificate authority of the server, or ALLOW_SELF_SIGNED_CERTS=true.",
  },
  CANVUS_UNAUTHORIZED: {
    category: "configuration",
    retryable: false,
    hint: "Create an access token in the Canvus web interface and set CANVUS_API_KEY.",
  },
  CANVUS_FORBIDDEN: {
    category: "configuration",
    retryable: false,
    hint: "Give the service's Canvus user edit permission on this canvas.",
  },
  CANVUS_NOT_FOUND: {
    category: "data",
    retryable: false,
    hint: "The canvas or widget does not exist, or the service's user may not see it.",
  },
  CANVUS_CANVAS_UNKNOWN: {
    category: "configuration",
    retryable: false,
    hint: "Check CANVAS_ID or CANVAS_IDS: an id, a share link or a unique canvas name.",
  },
  CANVUS_CONFLICT: {
    category: "data",
    retryable: false,
    hint: "The Canvus server refused the change; see the details.",
  },
  CANVUS_BAD_REQUEST: {
    category: "data",
    retryable: false,
    hint: "The Canvus server did not accept the request; see the details.",
  },
  CANVUS_PROTOCOL: {
    category: "transient",
    retryable: true,
    hint: "The answer did not look like Canvus. Check CANVUS_SERVER and any proxy in between.",
  },
  CANVUS_TOO_LARGE: {
    category: "resource",
    retryable: false,
    hint: "The file is larger than MAX_FILE_SIZE.",
  },
  MODEL_FILE_MISSING: {
    category: "configuration",
    retryable: false,
    hint: "Check LLAMA_MODEL_PATH; the file must exist and be readable by the service's user.",
  },
  MODEL_FILE_INVALID: {
    category: "model",
    retryable: false,
    hint: "Download the model again; the file is damaged, incomplete or not a GGUF file.",
  },
  MODEL_LOAD_FAILED: {
    category: "model",
    retryable: false,
    hint: "See the log for the engine's reason. Try another model or LLAMA_GPU=off.",
  },
  ENGINE_UNAVAILABLE: {
    category: "configuration",
    retryable: false,
    hint: "Keep the lib folder beside the executable; it holds the engine's native files.",
  },
  OUT_OF_MEMORY: {
    category: "resource",
    retryable: false,
    hint: "Use a smaller model, a smaller LLAMA_CONTEXT_SIZE or a machine with more memory.",
  },
  RUNNER_CRASHED: {
    category: "transient",
    retryable: true,
    hint: "The model process stopped unexpectedly and is started again; the prompt is repeated.",
  },
  RUNNER_STUCK: {
    category: "transient",
    retryable: true,
    hint: "The model process made no progress and is started again; the prompt is repeated.",
  },
  RUNNER_QUARANTINED: {
    category: "model",
    retryable: false,
    hint: "The model process crashed too often. See the log, try another model, then restart the service.",
  },
  GPU_UNAVAILABLE: {
    category: "resource",
    retryable: true,
    hint: "Run `nvidia-smi` on this machine; after an update of the driver restart it. The service keeps looking.",
  },
  INFERENCE_FAILED: {
    category: "model",
    retryable: false,
    hint: "Try again; if it stays, look up the correlation id in the log.",
  },
  IMAGE_ENGINE_MISSING: {
    category: "configuration",
    retryable: false,
    hint: "Ask for text instead, or ask the administrator to set up an image model (SD_MODEL_PATH).",
  },
  PROMPT_TIMEOUT: {
    category: "resource",
    retryable: false,
    hint: "Ask for something shorter, or ask the administrator to raise PROCESSING_TIMEOUT.",
  },
  QUEUE_FULL: {
    category: "resource",
    retryable: true,
    hint: "Many prompts are waiting; edit the note again in a while.",
  },
  CANCELLED: {
    category: "data",
    retryable: false,
    hint: "The note was deleted or the service is stopping.",
  },
  LOG_FILE_UNWRITABLE: {
    category: "resource",
    retryable: true,
    hint: "Check free space and permissions of CANVUSLLM_LOG_DIR. It is tried again every few seconds.",
  },
  STORAGE_UNAVAILABLE: {
    category: "resource",
    retryable: true,
    hint: "Check free space and permissions of CANVUSLLM_DATA_DIR.",
  },
  STORAGE_DAMAGED: {
    category: "resource",
    retryable: true,
    hint: "The damaged file is set aside and its readable rows are saved; check the disk when it happens again.",
  },
  DATA_DIR_IN_USE: {
    category: "configuration",
    retryable: false,
    hint: "Stop that process first, or give each service a CANVUSLLM_DATA_DIR of its own.",
  },
  STORAGE_MIGRATION_FAILED: {
    category: "configuration",
    retryable: false,
    hint: "The database was left as it was. Start the version that made it, or restore a backup.",
  },
  INTERNAL: {
    category: "data",
    retryable: false,
    hint: "This is a mistake in the program; report the correlation id and the log.",
  },
} as const satisfies Record<string, ErrorInfo>;

export type ErrorCode = keyof typeof ERRORS;
