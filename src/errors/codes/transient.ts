import type { ErrorInfo } from "../error-info.ts";

/** What passes by itself. */
export const TRANSIENT_ERRORS = {
  CANVUS_FILE_NOT_READY: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Wait until the upload to the Canvus server has ended, then try again.",
  },
  CANVUS_PROTOCOL: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Check CANVUS_SERVER and any proxy in between: the answer did not look like Canvus.",
  },
  CANVUS_SERVER_ERROR: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Look into the log of the Canvus server for this request.",
  },
  CANVUS_TIMEOUT: {
    category: "transient",
    retryable: true,
    httpStatus: 504,
    hint: "The Canvus server is slow or busy. If it stays so, look at its load, or raise CANVUSLLM_REQUEST_TIMEOUT.",
  },
  CANVUS_UNREACHABLE: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Check CANVUS_SERVER, the network and that the Canvus server runs.",
  },
  DOCUMENT_READER_FAILED: {
    category: "transient",
    retryable: true,
    httpStatus: 503,
    hint: "The process that reads documents is started again by itself. If it happens often, look into the log.",
  },
  DOWNLOAD_FAILED: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Try again later: it goes on where it was. If it stays so, check the network, HTTPS_PROXY and CANVUSLLM_MODEL_MIRROR.",
  },
  REMOTE_RATE_LIMITED: {
    category: "transient",
    retryable: true,
    httpStatus: 503,
    hint: "Ask again in a while. If it stays, lower MAX_CONCURRENT or have the limit of the model server raised.",
  },
  REMOTE_TIMEOUT: {
    category: "transient",
    retryable: true,
    httpStatus: 504,
    hint: "Look at the load of the model server, or raise AI_TIMEOUT.",
  },
  REMOTE_UNAVAILABLE: {
    category: "transient",
    retryable: true,
    httpStatus: 502,
    hint: "Check that the model server runs and that its address is right; `canvuslocallm doctor` tries it.",
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
  WEB_OVERLOADED: {
    category: "transient",
    retryable: true,
    httpStatus: 503,
    hint: "Too many requests at once; try again in a moment.",
  },
} as const satisfies Record<string, ErrorInfo & { category: "transient"; retryable: true }>;
