export type LogLevel = "debug" | "info" | "warn" | "error";

/**
 * Structured fields of an entry, under the stable names of the log schema: correlation_id, canvas_id, widget_id,
 * operation_type, model, prompt_tokens, completion_tokens, duration_ms, endpoint, method, url, status_code, error, …
 */
export type LogFields = Readonly<Record<string, unknown>>;

/** What every part gets to write entries with. `child` binds fields (and the component's name as `source`). */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}
