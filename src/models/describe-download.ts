import { ERRORS } from "../errors/registry.ts";
import type { SupplyProgress } from "./model-supply.ts";

/** Completes the sentence "The model X …". */
export function describeDownload({ percent, error }: SupplyProgress): string {
  if (error !== null)
    return `cannot be downloaded; it is tried again by itself: ${error.message} ${ERRORS[error.code].hint}`;
  return `is being downloaded${percent === null ? "" : `, ${percent} %`}.`;
}
