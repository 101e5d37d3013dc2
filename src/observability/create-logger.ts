import { type ConsolaReporter, createConsola, LogLevels } from "consola/core";
import { currentCorrelation } from "./correlation.ts";
import { buildEntry, toJsonLine } from "./log-entry.ts";
import type { LogOutput } from "./log-output.ts";
import type { LogFields, Logger, LogLevel } from "./logger.ts";
import { toPrettyLines } from "./pretty-entry.ts";
import { createRedactor, type Redactor } from "./redaction.ts";

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Configured secrets; they are blacked out wherever they turn up. */
  readonly secrets: readonly string[];
  /** Where entries go; each gets every entry. */
  readonly outputs: readonly LogOutput[];
}

type Emit = (level: LogLevel, message: string, fields: readonly LogFields[]) => void;

/** The logger of the process: every entry is redacted, bounded and exactly one line of JSON (or pretty lines). */
export function createLogger(options: LoggerOptions): Logger {
  const redactor = createRedactor(options.secrets);
  const consola = createConsola({
    level: LogLevels[options.level],
    // By default equal messages in a row are swallowed; a log must hold every entry, also when the clock jumps back.
    throttle: 0,
    throttleMin: Number.POSITIVE_INFINITY,
    reporters: [createReporter(redactor, options.outputs)],
  });
  const emit: Emit = (level, message, fields) => consola[level].raw(message, fields);
  return new BoundLogger(emit, (secret) => redactor.conceal(secret), []);
}

class BoundLogger implements Logger {
  readonly conceal: Logger["conceal"];
  readonly #emit: Emit;
  readonly #bound: readonly LogFields[];

  constructor(emit: Emit, conceal: Logger["conceal"], bound: readonly LogFields[]) {
    this.#emit = emit;
    this.conceal = conceal;
    this.#bound = bound;
  }

  debug(message: string, fields?: LogFields): void {
    this.#emit("debug", message, this.#with(fields));
  }

  info(message: string, fields?: LogFields): void {
    this.#emit("info", message, this.#with(fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.#emit("warn", message, this.#with(fields));
  }

  error(message: string, fields?: LogFields): void {
    this.#emit("error", message, this.#with(fields));
  }

  child(fields: LogFields): Logger {
    return new BoundLogger(this.#emit, this.conceal, this.#with(fields));
  }

  #with(fields: LogFields | undefined): readonly LogFields[] {
    return fields ? [...this.#bound, fields] : this.#bound;
  }
}

function createReporter(redactor: Redactor, outputs: readonly LogOutput[]): ConsolaReporter {
  return {
    log({ type, date, args }) {
      const [message, fields] = args;
      const level = type === "debug" || type === "warn" || type === "error" ? type : "info";
      const entry = buildEntry(
        { time: date, level, message, fields, correlationId: currentCorrelation() },
        redactor,
      );
      let json: string | undefined;
      for (const output of outputs) {
        if (output.format === "pretty") output.write(toPrettyLines(entry, output.paint ?? plain), level);
        else {
          json ??= toJsonLine(entry);
          output.write(json, level);
        }
      }
    },
  };
}

function plain(_style: string, text: string): string {
  return text;
}
