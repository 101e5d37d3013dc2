import { ERRORS, isErrorCode } from "../errors/registry.ts";

/** What to do about an error; null when its code is none of this version. */
export function errorHint(code: string | null): string | null {
  return code !== null && isErrorCode(code) ? ERRORS[code].hint : null;
}
