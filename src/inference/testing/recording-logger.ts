import type { LogFields, Logger, LogLevel } from "../../observability/logger.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export interface RecordingLogger extends Logger {
  readonly entries: LogEntry[];
  /** Resolves as soon as this message has been logged. */
  logged(message: string): Promise<void>;
}

/** A logger that keeps its entries for a test to look at. */
export function recordingLogger(): RecordingLogger {
  const entries: LogEntry[] = [];
  const awaited = new Map<string, PromiseWithResolvers<void>>();
  const waitFor = (message: string) => {
    const known = awaited.get(message) ?? Promise.withResolvers<void>();
    awaited.set(message, known);
    return known;
  };
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      entries.push({ level, message, fields });
      waitFor(message).resolve();
    };
  return {
    entries,
    logged: (message) => waitFor(message).promise,
    ...{ debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
    child: () => recordingLogger(),
    conceal: () => {},
  };
}
