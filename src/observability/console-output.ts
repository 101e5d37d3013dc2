import { styleText } from "node:util";
import { isJournal, withPriority } from "./journald.ts";
import type { LogOutput } from "./log-output.ts";
import type { LogLevel } from "./logger.ts";
import type { Paint } from "./pretty-entry.ts";
import { createStreamWriter } from "./stderr-writer.ts";

/**
 * The log on stderr; stdout belongs to the commands.
 * @param format `auto`: pretty when stderr is a terminal, else JSON.
 * @param amount `troubles` leaves out what only says how things go, where that would push away what people must read
 */
export function consoleOutput(
  format: "auto" | "json" | "pretty",
  amount: "all" | "troubles" = "all",
): LogOutput {
  const writer = createStreamWriter(process.stderr);
  const pretty = format === "pretty" || (format === "auto" && process.stderr.isTTY === true);
  const journal = isJournal(process.env.JOURNAL_STREAM, process.stderr.fd);
  const isLeftOut = (level: LogLevel) => amount === "troubles" && (level === "info" || level === "debug");
  return {
    format: pretty ? "pretty" : "json",
    paint: terminalPaint,
    write(text, level) {
      if (!isLeftOut(level)) writer.write(journal ? withPriority(text, level) : text);
    },
  };
}

/** Follows NO_COLOR, FORCE_COLOR and whether stderr is a terminal. */
const terminalPaint: Paint = (style, text) => styleText(style, text, { stream: process.stderr });
