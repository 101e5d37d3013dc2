import { styleText } from "node:util";
import { type ConsolaReporter, createConsola, LogLevels } from "consola/core";
import { currentCorrelation } from "./correlation.ts";
import { buildEntry, toJsonLine } from "./log-entry.ts";
import type { LogFields, Logger, LogLevel } from "./logger.ts";
import { type Paint, toPrettyLines } from "./pretty-entry.ts";
import { createRedactor, type Redactor } from "./redaction.ts";
import { createStreamWriter } from "./stderr-writer.ts";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `auto`: pretty when stderr is a terminal, else JSON. */
  readonly format: "auto" | "json" | "pretty";
  /** Configured secrets; they are blacked out wherever they turn up. */
  readonly secrets: readonly string[];
  /** Takes each finished entry with its line end; stderr by default, because stdout belongs to the commands. */
  readonly write?: (text: string) => void;
}

type Format = (entry: ReturnType<typeof buildEntry>) => string;

/** The logger of the process: every entry is redacted, bounded and exactly one line of JSON (or pretty lines). */
export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? createStreamWriter(process.stderr).write;
  const pretty = options.format === "pretty" || (options.format === "auto" && process.stderr.isTTY === true);
  const format: Format = pretty ? (entry) => toPrettyLines(entry, terminalPaint) : toJsonLine;
  const consola = createConsola({
    level: LogLevels[options.level],
    // By default equal messages in a row are swallowed; a log must hold every entry, also when the clock jumps back.
    throttle: 0,
    throttleMin: Number.POSITIVE_INFINITY,
    reporters: [createReporter(createRedactor(options.secrets), format, write)],
  });
  const emit = (level: LogLevel, message: string, fields: readonly LogFields[]) =>
    consola[level].raw(message, fields);
  return childOf(emit, []);
}

function childOf(
  emit: (level: LogLevel, message: string, fields: readonly LogFields[]) => void,
  bound: readonly LogFields[],
): Logger {
  const at = (level: LogLevel) => (message: string, fields?: LogFields) =>
    emit(level, message, fields ? [...bound, fields] : bound);
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => childOf(emit, [...bound, fields]),
  };
}

function createReporter(redactor: Redactor, format: Format, write: (text: string) => void): ConsolaReporter {
  return {
    log({ type, date, args }) {
      const [message, fields] = args;
      const level = type === "debug" || type === "warn" || type === "error" ? type : "info";
      write(
        format(
          buildEntry({ time: date, level, message, fields, correlationId: currentCorrelation() }, redactor),
        ),
      );
    },
  };
}

/** Follows NO_COLOR, FORCE_COLOR and whether stderr is a terminal. */
const terminalPaint: Paint = (style, text) => styleText(style, text, { stream: process.stderr });
