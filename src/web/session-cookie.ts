export interface CookiePlace {
  readonly secure: boolean;
  readonly basePath: string;
}

/**
 * With HTTPS the name carries a prefix by which browsers refuse a cookie that somebody planted from a neighbouring
 * host or without HTTPS. `__Host-` demands the path `/`, so under a base path it is `__Secure-`.
 */
function cookieName({ secure, basePath }: CookiePlace): string {
  const name = "canvuslocallm_session";
  if (!secure) return name;
  return basePath === "" ? `__Host-${name}` : `__Secure-${name}`;
}

export function readSessionCookie(header: string | null, place: CookiePlace): string | undefined {
  if (header === null) return undefined;
  const start = `${cookieName(place)}=`;
  const pair = header.split(";").find((each) => each.trim().startsWith(start));
  return pair?.trim().slice(start.length);
}

/** A session cookie lives as long as the session, not only as the browser window. @param maxAgeMs 0 deletes it. */
export function sessionCookie(token: string, maxAgeMs: number, place: CookiePlace): string {
  const parts = [
    `${cookieName(place)}=${token}`,
    `Path=${place.basePath === "" ? "/" : place.basePath}`,
    `Max-Age=${Math.ceil(maxAgeMs / 1000)}`,
    "HttpOnly",
    "SameSite=Strict",
  ];
  if (place.secure) parts.push("Secure");
  return parts.join("; ");
}
