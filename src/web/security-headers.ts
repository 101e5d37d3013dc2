/**
 * No inline script or style, nothing from elsewhere, in nobody's frame. The referrer policy is not `no-referrer`:
 * with that one browsers send `Origin: null` with our own forms.
 */
const ALWAYS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** A year. Without subdomains: they are not ours to decide about. */
const HSTS = "max-age=31536000";

/** @param secure whether the browser speaks HTTPS; over HTTP it ignores HSTS anyway. */
export function addSecurityHeaders(headers: Headers, secure: boolean): void {
  for (const [name, value] of Object.entries(ALWAYS)) headers.set(name, value);
  if (secure) headers.set("strict-transport-security", HSTS);
  // Pages hold prompts; nothing of them may stay in a cache of a browser or proxy, unless a route knows better.
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}
