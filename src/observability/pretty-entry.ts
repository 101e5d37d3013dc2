import type { Paint } from "../paint.ts";
import { plainText } from "../plain-text.ts";
import type { LogRecord, LogValue } from "./log-value.ts";

const LEVEL_STYLE = { debug: "dim", info: "green", warn: "yellow", error: "red" } as const;

const HEAD = new Set(["timestamp", "level", "message", "source", "correlation_id", "error"]);

/** For terminals: time, level, source and message on one line, then fields; an error's reason and hint below. */
export function toPrettyLines(entry: LogRecord, paint: Paint): string {
  const level =
    entry.level === "debug" || entry.level === "warn" || entry.level === "error" ? entry.level : "info";
  const source = typeof entry.source === "string" ? entry.source : "";
  const parts = [
    paint("dim", clockTime(entry.timestamp)),
    paint(LEVEL_STYLE[level], level.toUpperCase().padEnd(5)),
    paint("cyan", oneLine(areaOf(source)).padEnd(10)),
    oneLine(String(entry.message)),
  ];
  for (const [key, value] of Object.entries(entry)) {
    if (!HEAD.has(key)) parts.push(paint("dim", `${oneLine(key)}=${fieldText(value)}`));
  }
  if (entry.correlation_id !== undefined)
    parts.push(paint("dim", `(${oneLine(String(entry.correlation_id))})`));
  if (level === "warn" || level === "error") parts.push(paint("dim", oneLine(source)));
  return `${[parts.join(" "), ...errorLines(entry.error, paint)].join("\n")}\n`;
}

/** The folder of the source: enough to read along; the place itself matters when something is wrong. */
function areaOf(source: string): string {
  return /^[^/.:]*/.exec(source)?.[0] ?? "";
}

/** Local time of day: whoever looks at a terminal compares with the clock on the wall. */
function clockTime(timestamp: LogValue | undefined): string {
  const date = new Date(String(timestamp));
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`;
}

function fieldText(value: LogValue): string {
  if (typeof value !== "string") return oneLine(JSON.stringify(value));
  return /^[^\s"=]+$/.test(value) ? oneLine(value) : oneLine(JSON.stringify(value));
}

function errorLines(error: LogValue | undefined, paint: Paint): string[] {
  if (error === undefined || error === null) return [];
  if (typeof error !== "object" || Array.isArray(error)) return [`  ${paint("red", fieldText(error))}`];
  const label = typeof error.code === "string" ? error.code : String(error.name ?? "Error");
  const lines = [`  ${paint("red", `${oneLine(label)}:`)} ${oneLine(String(error.message ?? ""))}`];
  if (typeof error.hint === "string") lines.push(`  ${paint("bold", "What to do:")} ${oneLine(error.hint)}`);
  if (error.context !== undefined && JSON.stringify(error.context) !== "{}") {
    lines.push(paint("dim", `  ${fieldText(error.context)}`));
  }
  // An expected error is explained by its sentence; only the others need the place in the code.
  if (typeof error.stack === "string" && (error.hint === undefined || error.code === "INTERNAL")) {
    const frames = error.stack.split("\n").filter((line) => /^\s+at /.test(line));
    lines.push(...frames.slice(0, 8).map((frame) => paint("dim", `    ${oneLine(frame.trim())}`)));
  }
  if (error.cause !== undefined) lines.push(paint("dim", `  caused by ${causeText(error.cause)}`));
  return lines;
}

function causeText(cause: LogValue): string {
  if (cause === null || typeof cause !== "object" || Array.isArray(cause)) return fieldText(cause);
  const own = oneLine(`${String(cause.code ?? cause.name ?? "error")}: ${String(cause.message ?? "")}`);
  return cause.cause === undefined ? own : `${own}, caused by ${causeText(cause.cause)}`;
}

function oneLine(text: string): string {
  return plainText(text).replaceAll("\n", "\\n").replaceAll("\t", " ");
}
