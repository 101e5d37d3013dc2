import type { ErrorInfo } from "../error-info.ts";

/** When the model or its answer is at fault. */
export const MODEL_ERRORS = {
  DOWNLOAD_DAMAGED: {
    category: "model",
    retryable: false,
    httpStatus: 502,
    hint: "What had come is removed. Try again; if it stays so, the server or a proxy changes the file: use another CANVUSLLM_MODEL_MIRROR.",
  },
  INFERENCE_FAILED: {
    category: "model",
    retryable: false,
    httpStatus: 500,
    hint: "Try again; if it stays, look up the correlation id in the log.",
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
  MODEL_REPEATS_ITSELF: {
    category: "model",
    retryable: false,
    httpStatus: 500,
    hint: "Ask in other words or about less at once. If it happens often, ask the administrator for a larger model.",
  },
  REMOTE_INVALID_ANSWER: {
    category: "model",
    retryable: false,
    httpStatus: 502,
    hint: "Look at the version of the model server and at proxies in between: it must speak OpenAI's API.",
  },
  RUNNER_QUARANTINED: {
    category: "model",
    retryable: false,
    httpStatus: 503,
    hint: "The model process crashed too often. See the log or try another model. It is tried again after ten minutes, or when the service is restarted.",
  },
} as const satisfies Record<string, ErrorInfo & { category: "model"; retryable: false }>;
