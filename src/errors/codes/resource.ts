import type { ErrorInfo } from "../error-info.ts";

/** When memory, disk, time or room is short. */
export const RESOURCE_ERRORS = {
  CANVUS_TOO_LARGE: {
    category: "resource",
    retryable: false,
    httpStatus: 413,
    hint: "Use a smaller file, or ask the administrator to raise MAX_FILE_SIZE.",
  },
  DOCUMENT_TIMEOUT: {
    category: "resource",
    retryable: false,
    httpStatus: 504,
    hint: "Place a simpler or smaller version of the file.",
  },
  DOWNLOAD_NOT_SAVED: {
    category: "resource",
    retryable: false,
    httpStatus: 507,
    hint: "Free some space on the service's disk, or ask the administrator to set DOWNLOADS_DIR to another one.",
  },
  GPU_UNAVAILABLE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Run `nvidia-smi` on this machine; after an update of the driver restart it. The service keeps looking.",
  },
  IMAGE_TIMEOUT: {
    category: "resource",
    retryable: false,
    httpStatus: 504,
    hint: "Ask the administrator to lower SD_IMAGE_SIZE or SD_INFERENCE_STEPS, or to raise SD_TIMEOUT_SECONDS.",
  },
  LOG_FILE_UNWRITABLE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Check free space and permissions of CANVUSLLM_LOG_DIR. It is tried again every few seconds.",
  },
  MODELS_DIR_IN_USE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Wait until the other download, import or removal has ended, or stop it.",
  },
  MODELS_DIR_UNUSABLE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Free some space, give the service's user the right to write there, or set LLAMA_MODELS_DIR to another folder.",
  },
  OUT_OF_MEMORY: {
    category: "resource",
    retryable: false,
    httpStatus: 503,
    hint: "Use a smaller model, a smaller LLAMA_CONTEXT_SIZE or SD_IMAGE_SIZE, or a machine with more memory.",
  },
  PROMPT_TIMEOUT: {
    category: "resource",
    retryable: false,
    httpStatus: 504,
    hint: "Ask for something shorter, or ask the administrator to raise PROCESSING_TIMEOUT.",
  },
  QUEUE_FULL: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Many prompts are waiting; edit the note again in a while.",
  },
  STORAGE_DAMAGED: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "The damaged file is set aside and its readable rows are saved; check the disk when it happens again.",
  },
  STORAGE_UNAVAILABLE: {
    category: "resource",
    retryable: true,
    httpStatus: 503,
    hint: "Check free space and permissions of CANVUSLLM_DATA_DIR.",
  },
} as const satisfies Record<string, ErrorInfo & { category: "resource" }>;
