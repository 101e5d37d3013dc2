import { paintFor } from "../paint.ts";
import { isJournal, withPriority } from "./journald.ts";
import type { LogOutput } from "./log-output.ts";
import type { LogLevel } from "./logger.ts";
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
    paint: paintFor(process.stderr),
    write(text, level) {
      if (!isLeftOut(level)) writer.write(journal ? withPriority(text, level) : text);
    },
  };
}
