/** What kind of trouble it is, and how the service reacts to it. */
export const ERROR_CATEGORIES = {
  transient: "Passes by itself. The operation is repeated with growing waits (`MAX_RETRIES`, `RETRY_DELAY`).",
  configuration:
    "Somebody has to change a setting or the system. At the start it ends the service at once; later it is reported, not repeated.",
  resource:
    "Memory, disk, time or room is short. The service goes on with what is left, says so, and looks again where that can help.",
  model:
    "The model or its answer is at fault. It goes to the log and the history, and a note on the canvas says so.",
  data: "This one object is at fault. It is skipped and logged, and a note says so where there is one to say it on.",
} as const;

export type ErrorCategory = keyof typeof ERROR_CATEGORIES;

export interface ErrorInfo {
  readonly category: ErrorCategory;
  /** True when repeating the same operation later may succeed without anybody changing anything. */
  readonly retryable: boolean;
  /** Of a reply of our own web server when a request to it ends with this error. */
  readonly httpStatus: number;
  /** One or two sentences for people: what to do next. */
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
    httpStatus: 500,
    hint: "Correct the settings named above, then start again. `canvuslocallm config` shows every setting.",
  },
  PORT_IN_USE: {
    category: "configuration",
    retryable: false,
    httpStatus: 500,
    hint: "Stop the other program or choose another number (PORT, for simulate --port); `canvuslocallm doctor` tells who has the port.",
  },
  CANVUS_UNREACHABLE: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Check CANVUS_SERVER, the network and that the Canvus server runs.",
  },
  CANVUS_TIMEOUT: {
    category: "transient",
    retryable: true,
    httpStatus: 504,
    hint: "The Canvus server is slow or busy. If it stays so, look at its load, or raise CANVUSLLM_REQUEST_TIMEOUT.",
  },
  CANVUS_SERVER_ERROR: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Look into the log of the Canvus server for this request.",
  },
  CANVUS_TLS: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Set CANVUS_CA_FILE to the certificate authority of the server (`canvuslocallm doctor` names it), or ALLOW_SELF_SIGNED_CERTS=true.",
  },
  CANVUS_UNAUTHORIZED: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Create an access token in the Canvus web interface and set CANVUS_API_KEY, or correct CANVUS_USERNAME and CANVUS_PASSWORD.",
  },
  CANVUS_FORBIDDEN: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Give the service's Canvus user edit permission on this canvas.",
  },
  CANVUS_NOT_FOUND: {
    category: "data",
    retryable: false,
    httpStatus: 404,
    hint: "Check on the canvas whether it was deleted, and whether the service's user may see it.",
  },
  CANVUS_CANVAS_UNKNOWN: {
    category: "configuration",
    retryable: false,
    httpStatus: 404,
    hint: "Check CANVAS_ID or CANVAS_IDS: an id, a share link or a unique canvas name.",
  },
  CANVUS_CONFLICT: {
    category: "data",
    retryable: false,
    httpStatus: 409,
    hint: "Look at the message of the Canvus server above; repeat what was asked for in a new note.",
  },
  CANVUS_BAD_REQUEST: {
    category: "data",
    retryable: false,
    httpStatus: 502,
    hint: "Look at the message of the Canvus server above; if its version is very old or very new, report it with the log.",
  },
  CANVUS_PROTOCOL: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Check CANVUS_SERVER and any proxy in between: the answer did not look like Canvus.",
  },
  CANVUS_FILE_NOT_READY: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Wait until the upload to the Canvus server has ended, then try again.",
  },
  DOWNLOAD_NOT_SAVED: {
    category: "resource",
    retryable: false,
    httpStatus: 507,
    hint: "Free some space on the service's disk, or ask the administrator to set DOWNLOADS_DIR to another one.",
  },
  VISION_ENGINE_MISSING: {
    category: "configuration",
    retryable: false,
    httpStatus: 501,
    hint: "Ask the administrator to set up a model that can see (VISION_MODEL_PATH and VISION_MMPROJ_PATH, or VISION_LLM_URL).",
  },
  CANVUS_TOO_LARGE: {
    category: "resource",
    retryable: false,
    httpStatus: 413,
    hint: "Use a smaller file, or ask the administrator to raise MAX_FILE_SIZE.",
  },
  MODEL_FILE_MISSING: {
    category: "configuration",
    retryable: false,
    httpStatus: 503,
    hint: "Check the path (LLAMA_MODEL_PATH, VISION_MODEL_PATH, VISION_MMPROJ_PATH) and who may read the file. `canvuslocallm models pull NAME` downloads one.",
  },
  MODEL_UNKNOWN: {
    category: "configuration",
    retryable: false,
    httpStatus: 503,
    hint: "`canvuslocallm models list` shows the names.",
  },
  MODEL_NAME_TAKEN: {
    category: "configuration",
    retryable: false,
    httpStatus: 409,
    hint: "Give it another --name, or remove the other one first: `canvuslocallm models remove NAME`.",
  },
  MODELS_DIR_UNUSABLE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Free some space, give the service's user the right to write there, or set LLAMA_MODELS_DIR to another folder.",
  },
  MODELS_DIR_IN_USE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Wait until the other download, import or removal has ended, or stop it.",
  },
  DOWNLOAD_FAILED: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Try again later: it goes on where it was. If it stays so, check the network, HTTPS_PROXY and CANVUSLLM_MODEL_MIRROR.",
  },
  DOWNLOAD_REFUSED: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Accept the licence on the model's page at the hub and set HF_TOKEN to an access token; behind a proxy check HTTPS_PROXY.",
  },
  DOWNLOAD_TLS: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Set NODE_EXTRA_CA_CERTS in the environment to a PEM file with the authority of that server, or of the proxy that opens TLS.",
  },
  DOWNLOAD_NOT_FOUND: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Check the address of the model and CANVUSLLM_MODEL_MIRROR.",
  },
  DOWNLOAD_DAMAGED: {
    category: "model",
    retryable: false,
    httpStatus: 502,
    hint: "What had come is removed. Try again; if it stays so, the server or a proxy changes the file: use another CANVUSLLM_MODEL_MIRROR.",
  },
  MODEL_FILE_INVALID: {
    category: "model",
    retryable: false,
    httpStatus: 503,
    hint: "Download the model again; the file is damaged, incomplete or of another kind.",
  },
  MODEL_LOAD_FAILED: {
    category: "model",
    retryable: false,
    httpStatus: 503,
    hint: "See the log for the engine's reason. Try another model or LLAMA_GPU=off.",
  },
  ENGINE_UNAVAILABLE: {
    category: "configuration",
    retryable: false,
    httpStatus: 503,
    hint: "Keep the lib folder beside the executable. For a GPU install its driver, or set LLAMA_GPU=off; `canvuslocallm doctor` shows what is missing.",
  },
  OUT_OF_MEMORY: {
    category: "resource",
    retryable: false,
    httpStatus: 503,
    hint: "Use a smaller model, a smaller LLAMA_CONTEXT_SIZE or SD_IMAGE_SIZE, or a machine with more memory.",
  },
  RUNNER_CRASHED: {
    category: "transient",
    retryable: true,
    httpStatus: 503,
    hint: "The model process is started again by itself. If it happens often, see its last output in the log, and try another model or LLAMA_GPU=off.",
  },
  RUNNER_STUCK: {
    category: "transient",
    retryable: true,
    httpStatus: 503,
    hint: "The model process is started again by itself. If it happens often, raise AI_TIMEOUT or use a smaller model.",
  },
  RUNNER_QUARANTINED: {
    category: "model",
    retryable: false,
    httpStatus: 503,
    hint: "The model process crashed too often. See the log or try another model. It is tried again after ten minutes, or when the service is restarted.",
  },
  GPU_UNAVAILABLE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Run `nvidia-smi` on this machine; after an update of the driver restart it. The service keeps looking.",
  },
  INFERENCE_FAILED: {
    category: "model",
    retryable: false,
    httpStatus: 500,
    hint: "Try again; if it stays, look up the correlation id in the log.",
  },
  PROMPT_TOO_LONG: {
    category: "data",
    retryable: false,
    httpStatus: 413,
    hint: "Ask about less text at once, or ask the administrator for a model with a larger context.",
  },
  REMOTE_UNAVAILABLE: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Check that the model server runs and that its address is right; `canvuslocallm doctor` tries it.",
  },
  REMOTE_TIMEOUT: {
    category: "transient",
    retryable: true,
    httpStatus: 504,
    hint: "Look at the load of the model server, or raise AI_TIMEOUT.",
  },
  REMOTE_RATE_LIMITED: {
    category: "transient",
    retryable: true,
    httpStatus: 503,
    hint: "Ask again in a while. If it stays, lower MAX_CONCURRENT or have the limit of the model server raised.",
  },
  REMOTE_UNAUTHORIZED: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Correct the key of this model server in the settings, and look at the account behind it: permissions, limits, payment.",
  },
  REMOTE_TLS: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Set LLM_CA_FILE to the certificate authority of the model server.",
  },
  REMOTE_WRONG_ADDRESS: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Correct the address of the model server: below it lies the API, usually at /v1. `canvuslocallm doctor` tries it.",
  },
  REMOTE_MODEL_UNKNOWN: {
    category: "configuration",
    retryable: false,
    httpStatus: 502,
    hint: "Correct the name of the model in the settings, for example OPENAI_NOTE_MODEL; `canvuslocallm doctor` lists what the server has.",
  },
  REMOTE_REFUSED: {
    category: "data",
    retryable: false,
    httpStatus: 502,
    hint: "Look at what the model server said above; change the request, or the model.",
  },
  REMOTE_INVALID_ANSWER: {
    category: "model",
    retryable: false,
    httpStatus: 502,
    hint: "Look at the version of the model server and at proxies in between: it must speak OpenAI's API.",
  },
  PDF_NO_TEXT: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Use a PDF whose text can be selected, or ask the administrator to set up a model that can see (VISION_MODEL_PATH).",
  },
  NO_TEXT_FOUND: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Write larger and darker, or take a snapshot that holds only the writing.",
  },
  NOTHING_TO_SUMMARIZE: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Put some notes on the canvas first.",
  },
  IMAGE_ENGINE_MISSING: {
    category: "configuration",
    retryable: false,
    httpStatus: 501,
    hint: "Ask for text instead, or ask the administrator to set up an image model (SD_MODEL_PATH or IMAGE_LLM_URL).",
  },
  IMAGE_TIMEOUT: {
    category: "resource",
    retryable: false,
    httpStatus: 504,
    hint: "Ask the administrator to lower SD_IMAGE_SIZE or SD_INFERENCE_STEPS, or to raise SD_TIMEOUT_SECONDS.",
  },
  PROMPT_TIMEOUT: {
    category: "resource",
    retryable: false,
    httpStatus: 504,
    hint: "Ask for something shorter, or ask the administrator to raise PROCESSING_TIMEOUT.",
  },
  PDF_ENCRYPTED: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Save the PDF without the password, for example by printing it to a new PDF, and place that one.",
  },
  PDF_INVALID: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Check that the file opens elsewhere; export it again as PDF and place that one.",
  },
  PDF_TOO_LARGE: {
    category: "data",
    retryable: false,
    httpStatus: 413,
    hint: "Place the part of the PDF that matters, as a file of its own.",
  },
  IMAGE_INVALID: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Check that the picture opens elsewhere; save it as PNG or JPEG and place that one.",
  },
  IMAGE_TOO_LARGE: {
    category: "data",
    retryable: false,
    httpStatus: 413,
    hint: "Scale the picture down and place it again.",
  },
  DOCUMENT_TIMEOUT: {
    category: "resource",
    retryable: false,
    httpStatus: 504,
    hint: "Place a simpler or smaller version of the file.",
  },
  DOCUMENT_READER_FAILED: {
    category: "transient",
    retryable: true,
    httpStatus: 503,
    hint: "The process that reads documents is started again by itself. If it happens often, look into the log.",
  },
  QUEUE_FULL: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Many prompts are waiting; edit the note again in a while.",
  },
  CANCELLED: {
    category: "data",
    retryable: false,
    httpStatus: 409,
    hint: "Nothing to do: the note was deleted or the service is stopping. What was under way is taken up by the next start.",
  },
  LOG_FILE_UNWRITABLE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Check free space and permissions of CANVUSLLM_LOG_DIR. It is tried again every few seconds.",
  },
  STORAGE_UNAVAILABLE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Check free space and permissions of CANVUSLLM_DATA_DIR.",
  },
  STORAGE_MISSING: {
    category: "configuration",
    retryable: false,
    httpStatus: 503,
    hint: "Start the service once, or name its settings with --env-file FILE, or its data directory with CANVUSLLM_DATA_DIR.",
  },
  STORAGE_DAMAGED: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "The damaged file is set aside and its readable rows are saved; check the disk when it happens again.",
  },
  DATA_DIR_IN_USE: {
    category: "configuration",
    retryable: false,
    httpStatus: 503,
    hint: "Stop that process first, or give each service a CANVUSLLM_DATA_DIR of its own.",
  },
  STORAGE_MIGRATION_FAILED: {
    category: "configuration",
    retryable: false,
    httpStatus: 500,
    hint: "The database was left as it was. Start the version that made it, or restore a backup.",
  },
  WEB_LOGIN_REQUIRED: {
    category: "data",
    retryable: false,
    httpStatus: 401,
    hint: "Log in at /login first and send the session's cookie along.",
  },
  WEB_REQUEST_REFUSED: {
    category: "data",
    retryable: false,
    httpStatus: 403,
    hint: "Go back, reload the page and try again. Behind a reverse proxy: it must hand on the Host header, see WEBUI_TRUSTED_PROXIES.",
  },
  WEB_BAD_REQUEST: {
    category: "data",
    retryable: false,
    httpStatus: 400,
    hint: "Correct what the message names.",
  },
  WEB_NOT_FOUND: {
    category: "data",
    retryable: false,
    httpStatus: 404,
    hint: "Check the address; the entry may also have been deleted by now.",
  },
  WEB_OVERLOADED: {
    category: "transient",
    retryable: true,
    httpStatus: 503,
    hint: "Too many requests at once; try again in a moment.",
  },
  WEB_PASSWORD_MISSING: {
    category: "configuration",
    retryable: false,
    httpStatus: 503,
    hint: "Set WEBUI_PWD and restart the service.",
  },
  WEB_TLS_INVALID: {
    category: "configuration",
    retryable: false,
    httpStatus: 500,
    hint: "Check WEBUI_TLS_CERT and WEBUI_TLS_KEY: PEM files that belong together and that the service may read.",
  },
  SERVICE_SETUP_FAILED: {
    category: "configuration",
    retryable: false,
    httpStatus: 500,
    hint: "`canvuslocallm service install --help` says what it needs; the page Run as a service of the documentation says more.",
  },
  INTERNAL: {
    category: "data",
    retryable: false,
    httpStatus: 500,
    hint: "This is a mistake in the program; report the correlation id and the log.",
  },
} as const satisfies Record<string, ErrorInfo>;

export type ErrorCode = keyof typeof ERRORS;
