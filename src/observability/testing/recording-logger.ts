import type { LogFields, Logger, LogLevel } from "../logger.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** What a logger and its children share. */
interface Log {
  readonly entries: LogEntry[];
  readonly concealed: string[];
  readonly awaited: Set<{ readonly words: string; readonly resolve: (entry: LogEntry) => void }>;
}

/** Keeps what was logged, so that a test can look at it or wait for it. */
export class RecordingLogger implements Logger {
  readonly #log: Log;
  readonly #bound: LogFields;

  constructor(log: Log = { entries: [], concealed: [], awaited: new Set() }, bound: LogFields = {}) {
    this.#log = log;
    this.#bound = bound;
  }

  get entries(): readonly LogEntry[] {
    return this.#log.entries;
  }

  /** What was to be blacked out from then on. */
  get concealed(): readonly string[] {
    return this.#log.concealed;
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
    return new RecordingLogger(this.#log, { ...this.#bound, ...fields });
  }

  conceal(secret: string): void {
    this.#log.concealed.push(secret);
  }

  /** The first entry whose message has these words, now or as soon as it is written. */
  logged(words: string): Promise<LogEntry> {
    const found = this.entries.find(({ message }) => message.includes(words));
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => this.#log.awaited.add({ words, resolve }));
  }

  /** The messages of one level. */
  messages(level: LogLevel): string[] {
    return this.entries.filter((entry) => entry.level === level).map(({ message }) => message);
  }

  /** Everything that was logged as one text, errors with their messages and causes. */
  text(): string {
    return Bun.inspect(this.entries, { depth: 20 });
  }

  #record(level: LogLevel, message: string, fields: LogFields = {}): void {
    const entry = { level, message, fields: { ...this.#bound, ...fields } };
    this.#log.entries.push(entry);
    for (const { words, resolve } of this.#log.awaited) if (message.includes(words)) resolve(entry);
  }
}
