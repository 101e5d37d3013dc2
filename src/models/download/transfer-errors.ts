import { AppError } from "../../errors/app-error.ts";
import type { ErrorCode } from "../../errors/registry.ts";
import {
  describeNetworkReason,
  describeTlsReason,
  isTlsReason,
  networkReason,
} from "../../http/network-reason.ts";
import { retryAfterMs } from "../../http/retry-after.ts";

/** An answer other than 2xx. Whether it passes by itself is in the code. @param now ms since the epoch */
export function statusError(host: string, status: number, headers: Headers, now: number): AppError {
  const retryAfter = retryAfterMs(headers, now);
  const context = {
    host,
    status_code: status,
    ...(retryAfter === null ? {} : { retry_after_ms: retryAfter }),
  };
  return new AppError(codeOfStatus(status), `${host} ${meaningOf(status)} (HTTP ${status}).`, { context });
}

/** The connection could not be made, or broke. */
export function connectionError(host: string, thrown: unknown): AppError {
  const reason = networkReason(thrown);
  if (isTlsReason(reason)) {
    const message = `The certificate of ${host} was not accepted: ${describeTlsReason(reason)}.`;
    return new AppError("DOWNLOAD_TLS", message, { context: { host, reason }, cause: thrown });
  }
  return new AppError("DOWNLOAD_FAILED", `The connection to ${host} failed: ${describe(thrown, reason)}.`, {
    context: { host, reason },
    cause: thrown,
  });
}

export function silenceError(host: string, idleMs: number): AppError {
  const message = `Nothing came from ${host} for ${Math.round(idleMs / 100) / 10} s.`;
  return new AppError("DOWNLOAD_FAILED", message, { context: { host } });
}

/** The server answers, but not what it was asked. It is asked again: load balancers have odd members. */
export function protocolError(host: string, what: string): AppError {
  return new AppError("DOWNLOAD_FAILED", `${host} ${what}.`, { context: { host } });
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403 || status === 407 || status === 451) return "DOWNLOAD_REFUSED";
  if (status === 404 || status === 410) return "DOWNLOAD_NOT_FOUND";
  return "DOWNLOAD_FAILED";
}

function meaningOf(status: number): string {
  if (status === 401) return "wants an access token, or does not accept the one it got";
  if (status === 403) return "does not allow this download";
  if (status === 407) return "cannot be reached: the proxy wants user name and password";
  if (status === 404 || status === 410) return "does not have this file";
  if (status === 429) return "gets too many requests from here";
  return status >= 500 ? "has trouble of its own" : "refuses the request";
}

function describe(thrown: unknown, reason: string): string {
  // Bun has no code for some failures, only words.
  if (reason === "UNKNOWN" && thrown instanceof Error) return thrown.message.replace(/\.$/, "");
  return describeNetworkReason(reason);
}
