import { CONFIGURATION_ERRORS } from "./codes/configuration.ts";
import { DATA_ERRORS } from "./codes/data.ts";
import { MODEL_ERRORS } from "./codes/model.ts";
import { RESOURCE_ERRORS } from "./codes/resource.ts";
import { TRANSIENT_ERRORS } from "./codes/transient.ts";

/**
 * Every error the product can report, declared once, in the file of its category. Codes are stable: they appear in
 * logs, in the history and on the canvas, and administrators search for them.
 */
export const ERRORS = {
  ...TRANSIENT_ERRORS,
  ...CONFIGURATION_ERRORS,
  ...RESOURCE_ERRORS,
  ...MODEL_ERRORS,
  ...DATA_ERRORS,
};

export type ErrorCode = keyof typeof ERRORS;

/** Whether this version knows such an error: rows of the history may come from another one. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
