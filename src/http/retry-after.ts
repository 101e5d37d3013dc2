/**
 * How long a server asks to wait (Retry-After, in seconds or as a date), in ms. A date is taken relative to the
 * server's own clock, which the answer's Date header tells, because nothing says that it agrees with ours.
 *
 * @returns null when the header is missing or makes no sense
 */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const asked = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(asked)) return Number(asked) * 1000;
  // Every form of date that HTTP allows begins with the day of the week; "-3" would be one in March 2001 otherwise.
  const until = /^[a-z]{3}/i.test(asked) ? Date.parse(asked) : Number.NaN;
  if (Number.isNaN(until)) return null;
  const theirs = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(theirs) ? now : theirs));
}
