export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * Structured fields of an entry, under the stable names of the log schema: correlation_id, canvas_id, widget_id,
 * operation_type, model, prompt_tokens, completion_tokens, duration_ms, endpoint, method, url, status_code, error, …
 */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * What every part gets to write entries with. Each call gives its place in the code as `source`: the file below src/
 * and the function, "tasks/intake.ts:take". Written out, because the built program has neither files nor line numbers
 * and a stack costs more than the whole entry; log-sources.test.ts keeps it true.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Binds fields to every entry of the new logger. */
  child(fields: LogFields): Logger;
  /** From now on this text is blacked out like a configured secret: a token that was only got at run time. */
  conceal(secret: string): void;
}
