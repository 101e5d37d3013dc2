import type { LogFields, Logger, LogLevel } from "../../observability/logger.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps what was logged, so that a test can look at it. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[];
  /** What was to be blacked out from then on. */
  readonly concealed: string[];
  readonly #bound: LogFields;

  constructor(entries: LogEntry[] = [], bound: LogFields = {}, concealed: string[] = []) {
    this.entries = entries;
    this.concealed = concealed;
    this.#bound = bound;
  }

  debug(message: string, fields?: LogFields): void {
    this.#record("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#record("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#record("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#record("error", message, fields);
  }

  child(fields: LogFields): Logger {
    return new RecordingLogger(this.entries, { ...this.#bound, ...fields }, this.concealed);
  }

  conceal(secret: string): void {
    this.concealed.push(secret);
  }

  /** Everything that was logged as one text, errors with their messages and causes. */
  text(): string {
    return Bun.inspect(this.entries, { depth: 20 });
  }

  #record(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.entries.push({ level, message, fields: { ...this.#bound, ...fields } });
  }
}
