import { AppError } from "../errors/app-error.ts";
import type { ErrorCode } from "../errors/registry.ts";
import {
  describeNetworkReason,
  describeTlsReason,
  isNoHttp,
  isTlsReason,
  networkReason,
} from "../http/network-reason.ts";
import { looksLikeHtml } from "../http/response-body.ts";

/** Enough to understand an error; the rest of a proxy's error page helps nobody. */
const MAX_SERVER_MESSAGE = 500;

export interface RequestLabel {
  readonly method: string;
  /** Path below the API root, without query and without secrets. */
  readonly endpoint: string;
  /** Host and port, for messages. */
  readonly host: string;
}

/** What the server said, for people: `msg`, else `error`, else the raw text (a proxy's plain text or HTML). */
export function serverMessage(body: string): string {
  const raw = body.trim();
  try {
    const parsed: unknown = JSON.parse(raw);
    if (typeof parsed === "object" && parsed !== null) {
      if ("msg" in parsed && typeof parsed.msg === "string") return clip(parsed.msg);
      if ("error" in parsed && typeof parsed.error === "string") return clip(parsed.error);
    }
  } catch {
    // Not JSON: a proxy or a plain-text error, shown as it is.
  }
  return looksLikeHtml(raw) ? "(a web page, not a Canvus answer)" : clip(raw);
}

/** An answer with a status other than 2xx. `message` must already be free of secrets. */
export function statusError(
  label: RequestLabel,
  status: number,
  message: string,
  retryAfterMs: number | null,
): AppError {
  const said = message === "" ? "" : `: ${message.replace(/\.$/, "")}`;
  const request = `${label.method} ${label.endpoint}`;
  const code = codeOfStatus(status);
  return new AppError(
    code,
    code === "CANVUS_UNAUTHORIZED"
      ? `The Canvus server ${label.host} does not accept the credentials of this service (${request}, ${status}${said}).`
      : `The Canvus server answered ${request} with ${status}${said}.`,
    {
      context: {
        ...contextOf(label),
        status_code: status,
        ...(retryAfterMs === null ? {} : { retry_after_ms: retryAfterMs }),
      },
    },
  );
}

function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "CANVUS_UNAUTHORIZED";
    case 403:
      return "CANVUS_FORBIDDEN";
    case 404:
      return "CANVUS_NOT_FOUND";
    case 408:
    case 504:
      return "CANVUS_TIMEOUT";
    case 409:
      return "CANVUS_CONFLICT";
    case 413:
      return "CANVUS_TOO_LARGE";
    case 425:
    case 429:
      return "CANVUS_SERVER_ERROR";
    case 501:
      // "Unsupported", not "broken": asking again cannot help.
      return "CANVUS_BAD_REQUEST";
  }
  return status >= 500 ? "CANVUS_SERVER_ERROR" : "CANVUS_BAD_REQUEST";
}

/** The request got no answer: refused, unknown host, certificate, reset, or not HTTP at all. */
export function networkError(label: RequestLabel, thrown: unknown): AppError {
  const reason = networkReason(thrown);
  const context = { ...contextOf(label), reason };
  if (isTlsReason(reason)) {
    return new AppError(
      "CANVUS_TLS",
      `The certificate of ${label.host} was not accepted: ${describeTlsReason(reason)}.`,
      {
        context,
        cause: thrown,
      },
    );
  }
  if (isNoHttp(reason)) {
    return new AppError("CANVUS_PROTOCOL", `${label.host} does not answer in HTTP.`, {
      context,
      cause: thrown,
    });
  }
  return new AppError(
    "CANVUS_UNREACHABLE",
    `${label.host} cannot be reached: ${describeNetworkReason(reason)}.`,
    {
      context,
      cause: thrown,
    },
  );
}

export function timeoutError(label: RequestLabel, timeoutMs: number): AppError {
  const seconds = Math.round(timeoutMs / 100) / 10;
  return new AppError(
    "CANVUS_TIMEOUT",
    `The Canvus server did not answer ${label.method} ${label.endpoint} within ${seconds} s.`,
    { context: { ...contextOf(label), timeout_ms: timeoutMs } },
  );
}

export function protocolError(label: RequestLabel, message: string, cause?: unknown): AppError {
  return new AppError("CANVUS_PROTOCOL", `${label.method} ${label.endpoint} on ${label.host}: ${message}`, {
    context: contextOf(label),
    cause,
  });
}

export function tooLargeError(label: RequestLabel, maxBytes: number): AppError {
  return new AppError(
    "CANVUS_TOO_LARGE",
    `The answer to ${label.method} ${label.endpoint} is larger than ${maxBytes} bytes.`,
    { context: { ...contextOf(label), max_bytes: maxBytes } },
  );
}

function contextOf(label: RequestLabel): Record<string, unknown> {
  return { method: label.method, endpoint: label.endpoint, host: label.host };
}

function clip(text: string): string {
  return text.length > MAX_SERVER_MESSAGE ? `${text.slice(0, MAX_SERVER_MESSAGE)}…` : text;
}
