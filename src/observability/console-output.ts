import { styleText } from "node:util";
import { isJournal, withPriority } from "./journald.ts";
import type { LogOutput } from "./log-output.ts";
import type { Paint } from "./pretty-entry.ts";
import { createStreamWriter } from "./stderr-writer.ts";

/**
 * The log on stderr; stdout belongs to the commands.
 * @param format `auto`: pretty when stderr is a terminal, else JSON.
 */
export function consoleOutput(format: "auto" | "json" | "pretty"): LogOutput {
  const writer = createStreamWriter(process.stderr);
  const pretty = format === "pretty" || (format === "auto" && process.stderr.isTTY === true);
  const journal = isJournal(process.env.JOURNAL_STREAM, process.stderr.fd);
  return {
    format: pretty ? "pretty" : "json",
    paint: terminalPaint,
    write: journal ? (text, level) => writer.write(withPriority(text, level)) : writer.write,
  };
}

/** Follows NO_COLOR, FORCE_COLOR and whether stderr is a terminal. */
const terminalPaint: Paint = (style, text) => styleText(style, text, { stream: process.stderr });
