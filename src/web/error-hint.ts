import { ERRORS } from "../errors/registry.ts";

/** What to do about an error; null when its code is none of this version. */
export function errorHint(code: string | null): string | null {
  return code !== null && isErrorCode(code) ? ERRORS[code].hint : null;
}

function isErrorCode(code: string): code is keyof typeof ERRORS {
  return Object.hasOwn(ERRORS, code);
}
