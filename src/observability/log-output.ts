import type { Paint } from "../paint.ts";
import type { LogLevel } from "./logger.ts";

/** A place that entries go to. */
export interface LogOutput {
  /** JSON: one line an entry. Pretty: for people in front of a terminal. */
  readonly format: "json" | "pretty";
  /** Colours of the pretty form. */
  readonly paint?: Paint;
  /** @param text a finished entry with its line end */
  write(text: string, level: LogLevel): void;
}
