import { emptyRecord, type LogRecord, LogValueBuilder, readProperty } from "./log-value.ts";
import type { LogFields, LogLevel } from "./logger.ts";
import type { Redactor } from "./redaction.ts";

export interface LogCall {
  readonly time: Date;
  readonly level: LogLevel;
  readonly message: unknown;
  readonly correlationId: string | undefined;
  /** From the outermost child to the call itself; later ones win. */
  readonly fields: readonly LogFields[];
}

/** Builds the entry: timestamp, level, message, source and correlation_id first, then the other fields. */
export function buildEntry(call: LogCall, redactor: Redactor): LogRecord {
  const builder = new LogValueBuilder(redactor);
  const entry = emptyRecord();
  entry.timestamp = call.time.toISOString();
  entry.level = call.level;
  entry.message = builder.text(typeof call.message === "string" ? call.message : "[no message]");
  const source = lastText(call.fields, "source");
  if (source !== undefined) entry.source = builder.text(source);
  const correlationId = lastText(call.fields, "correlation_id") ?? call.correlationId;
  if (correlationId !== undefined) entry.correlation_id = builder.text(correlationId);
  for (const fields of call.fields) builder.addFields(entry, fields);
  return entry;
}

function lastText(all: readonly LogFields[], key: string): string | undefined {
  for (let index = all.length - 1; index >= 0; index--) {
    const value = readProperty(all[index] ?? {}, key);
    if (typeof value === "string") return value;
  }
  return undefined;
}

/** One line of JSON, whatever the entry holds: also the line ends that JSON itself leaves alone are escaped. */
export function toJsonLine(entry: LogRecord): string {
  const json = JSON.stringify(entry).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${json}\n`;
}
