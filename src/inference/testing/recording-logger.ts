import type { LogFields, Logger, LogLevel } from "../../observability/logger.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its entries for a test to look at. */
export function recordingLogger(): Logger & { readonly entries: LogEntry[] } {
  const entries: LogEntry[] = [];
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      entries.push({ level, message, fields });
    };
  const logger = { entries, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return { ...logger, child: () => recordingLogger(), conceal: () => {} };
}
