import { timingSafeEqual } from "node:crypto";

export const CSRF_FIELD = "csrf";
export const CSRF_HEADER = "x-csrf-token";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

export function changesState(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/**
 * Whether a request comes from a page of ours, as far as the browser tells. Sec-Fetch-Site is decided by the browser
 * itself; where it is missing (plain HTTP, old browsers) Origin must name the host that was asked. A client that sends
 * neither is no browser, and nobody's cookies are at risk.
 *
 * @param hosts what the host may be called: Host, and X-Forwarded-Host of a trusted proxy.
 */
export function isSameOrigin(headers: Headers, hosts: readonly string[]): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (origin === null) return true;
  const host = URL.parse(origin)?.host;
  return host !== undefined && hosts.includes(host);
}

/** @param given what the form or the header brought; anything. */
export function isCsrfToken(given: unknown, expected: string): boolean {
  if (typeof given !== "string") return false;
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
