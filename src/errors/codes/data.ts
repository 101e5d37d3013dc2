import type { ErrorInfo } from "../error-info.ts";

/** When this one object is at fault. */
export const DATA_ERRORS = {
  CANCELLED: {
    category: "data",
    retryable: false,
    httpStatus: 409,
    hint: "Nothing to do: the note was deleted or the service is stopping. What was under way is taken up by the next start.",
  },
  CANVUS_BAD_REQUEST: {
    category: "data",
    retryable: false,
    httpStatus: 502,
    hint: "Look at the message of the Canvus server above; if its version is very old or very new, report it with the log.",
  },
  CANVUS_CONFLICT: {
    category: "data",
    retryable: false,
    httpStatus: 409,
    hint: "Look at the message of the Canvus server above; repeat what was asked for in a new note.",
  },
  CANVUS_NOT_FOUND: {
    category: "data",
    retryable: false,
    httpStatus: 404,
    hint: "Check on the canvas whether it was deleted, and whether the service's user may see it.",
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
  NOTHING_TO_SUMMARIZE: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Put some notes on the canvas first.",
  },
  NO_TEXT_FOUND: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Write larger and darker, or take a snapshot that holds only the writing.",
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
  PDF_NO_TEXT: {
    category: "data",
    retryable: false,
    httpStatus: 422,
    hint: "Use a PDF whose text can be selected, or ask the administrator to set up a model that can see (VISION_MODEL_PATH).",
  },
  PDF_TOO_LARGE: {
    category: "data",
    retryable: false,
    httpStatus: 413,
    hint: "Place the part of the PDF that matters, as a file of its own.",
  },
  PROMPT_TOO_LONG: {
    category: "data",
    retryable: false,
    httpStatus: 413,
    hint: "Ask about less text at once, or ask the administrator for a model with a larger context.",
  },
  REMOTE_REFUSED: {
    category: "data",
    retryable: false,
    httpStatus: 502,
    hint: "Look at what the model server said above; change the request, or the model.",
  },
  WEB_BAD_REQUEST: {
    category: "data",
    retryable: false,
    httpStatus: 400,
    hint: "Correct what the message names.",
  },
  WEB_LOGIN_REQUIRED: {
    category: "data",
    retryable: false,
    httpStatus: 401,
    hint: "Log in at /login first and send the session's cookie along.",
  },
  WEB_NOT_FOUND: {
    category: "data",
    retryable: false,
    httpStatus: 404,
    hint: "Check the address; the entry may also have been deleted by now.",
  },
  WEB_REQUEST_REFUSED: {
    category: "data",
    retryable: false,
    httpStatus: 403,
    hint: "Go back, reload the page and try again. Behind a reverse proxy: it must hand on the Host header, see WEBUI_TRUSTED_PROXIES.",
  },
  INTERNAL: {
    category: "data",
    retryable: false,
    httpStatus: 500,
    hint: "This is a mistake in the program; report the correlation id and the log.",
  },
} as const satisfies Record<string, ErrorInfo & { category: "data"; retryable: false }>;
