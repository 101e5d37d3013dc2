import { AppError } from "../../errors/app-error.ts";
import type { ErrorCode } from "../../errors/registry.ts";
import {
  describeNetworkReason,
  describeTlsReason,
  isNoHttp,
  isTlsReason,
  networkReason,
} from "../../http/network-reason.ts";
import type { ServerMessage } from "./server-message.ts";

/** Whom a request went to, for messages and for whoever records calls. */
export interface Asked {
  /** Host and port. */
  readonly host: string;
  readonly endpoint: string;
  /** Null before it is known, and for requests that concern none. */
  readonly model: string | null;
}

const TOO_LONG_CODES = ["context_length_exceeded", "exceed_context_size_error"];
const TOO_LONG_TEXT =
  /(exceeds?|maximum|available|longer).{0,40}context (length|size|window)|context (length|size|window) (of only|has been exceeded)|prompt is too long/i;
const NO_MODEL_CODES = ["model_not_found", "deploymentnotfound", "model_not_available"];
const NO_MODEL_TEXT =
  /\b(model|deployment)\b.{0,200}\b(not exist|not found|not loaded|not available|unknown)/i;
const KEY_CODES = ["api_key_invalid", "invalid_api_key", "insufficient_quota", "billing_not_active"];

/** A status other than 2xx, or an error that came in the middle of an answer. */
export function refusal(
  asked: Asked,
  status: number,
  said: ServerMessage,
  retryAfterMs: number | null = null,
): AppError {
  const code = codeOf(status, said);
  return new AppError(code, sentence(code, asked, status, said), {
    context: {
      ...contextOf(asked),
      status_code: status,
      ...(said.codes.length === 0 ? {} : { server_codes: said.codes.join(", ") }),
      ...(said.param === "" ? {} : { param: said.param }),
      ...(retryAfterMs === null ? {} : { retry_after_ms: retryAfterMs }),
    },
  });
}

function codeOf(status: number, { text, codes, param }: ServerMessage): ErrorCode {
  const isOneOf = (names: readonly string[]) => codes.some((code) => names.includes(code));
  if (isOneOf(TOO_LONG_CODES) || TOO_LONG_TEXT.test(text)) return "PROMPT_TOO_LONG";
  if (status === 401 || status === 402 || isOneOf(KEY_CODES)) return "REMOTE_UNAUTHORIZED";
  if (isOneOf(NO_MODEL_CODES) || NO_MODEL_TEXT.test(text)) return "REMOTE_MODEL_UNKNOWN";
  if (status === 403) return "REMOTE_UNAUTHORIZED";
  if (status === 429) return "REMOTE_RATE_LIMITED";
  // Azure answers 404 to fields that it does not know; then it names them.
  if (status === 404)
    return /argument|parameter/i.test(text) || param ? "REMOTE_REFUSED" : "REMOTE_WRONG_ADDRESS";
  if (status === 405 || (status >= 300 && status < 400)) return "REMOTE_WRONG_ADDRESS";
  // "Not implemented" stays so however often it is asked.
  if (status === 408 || status === 425 || (status >= 500 && status !== 501)) return "REMOTE_UNAVAILABLE";
  return "REMOTE_REFUSED";
}

function sentence(code: ErrorCode, { host, model }: Asked, status: number, { text }: ServerMessage): string {
  const said = text === "" ? "" : `: ${text}`;
  const named = model === null ? "the model that was asked for" : `the model ${model}`;
  switch (code) {
    case "PROMPT_TOO_LONG":
      return `The text is longer than ${named} on ${host} can read${said}`;
    case "REMOTE_UNAUTHORIZED":
      // What it says about a key often holds a part of it.
      return `The model server ${host} does not accept this service (${status}).`;
    case "REMOTE_MODEL_UNKNOWN":
      return `The model server ${host} does not have ${named} (${status})${said}`;
    case "REMOTE_RATE_LIMITED":
      return `The model server ${host} takes no more requests for now (${status})${said}`;
    default:
      return `The model server ${host} answered with ${status}${said}`;
  }
}

/** The request got no answer, or its answer broke off. */
export function networkError(asked: Asked, thrown: unknown): AppError {
  const reason = networkReason(thrown);
  const context = { ...contextOf(asked), reason };
  const options = { context, cause: thrown };
  if (isTlsReason(reason)) {
    const why = describeTlsReason(reason);
    return new AppError("REMOTE_TLS", `The certificate of ${asked.host} was not accepted: ${why}.`, options);
  }
  if (isNoHttp(reason))
    return new AppError("REMOTE_WRONG_ADDRESS", `${asked.host} does not answer in HTTP.`, options);
  const why = describeNetworkReason(reason);
  return new AppError(
    "REMOTE_UNAVAILABLE",
    `The model server ${asked.host} cannot be reached: ${why}.`,
    options,
  );
}

export function remoteError(code: ErrorCode, asked: Asked, message: string, cause?: unknown): AppError {
  return new AppError(code, message, { context: contextOf(asked), cause });
}

function contextOf({ host, endpoint, model }: Asked): Record<string, unknown> {
  return { host, endpoint, ...(model === null ? {} : { model }) };
}
