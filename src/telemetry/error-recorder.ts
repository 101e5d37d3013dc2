import { ERRORS, type ErrorCode, isErrorCode } from "../errors/registry.ts";
import type { LogOutput } from "../observability/log-output.ts";
import type { LogLevel } from "../observability/logger.ts";
import type { ErrorInsert } from "../storage/schema.ts";
import type { RecordTelemetry } from "../storage/telemetry-row.ts";
import type { Timers } from "../timers.ts";

/** Equal errors within this time become one row on their way, in ms; the database merges those of an hour. */
const GATHER_MS = 1000;
/** Different errors that may wait; a program that finds more of them within a second has one trouble, not so many. */
const MAX_WAITING = 200;
const MAX_CONTEXT = 8000;
const HOUR_LENGTH = "2026-01-31T23".length;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Takes errors from the log into the database. The log is the one place where every error passes, redacted and
 * bounded, once: entries of level error, and warnings that carry an error. So nothing else has to record errors.
 */
export class ErrorRecorder implements LogOutput {
  readonly format = "json";
  readonly #timers: Timers;
  readonly #waiting = new Map<string, ErrorInsert>();
  #record: RecordTelemetry | null = null;
  #cancelTimer: (() => void) | null = null;
  #dropped = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Errors that were not recorded because too many different ones came at once. */
  get dropped(): number {
    return this.#dropped;
  }

  /** From now on rows go there, beginning with those of the start-up; before, they wait. */
  attach(record: RecordTelemetry): void {
    this.#record = record;
    this.#flush();
  }

  /** Hands on what waits; the log may go on longer than the storage. */
  detach(): void {
    this.#flush();
    this.#record = null;
  }

  write(text: string, level: LogLevel): void {
    if (level !== "error" && level !== "warn") return;
    const row = errorRow(JSON.parse(text), level);
    if (row === null) return;
    const key = `${row.fingerprint} ${row.hour}`;
    const known = this.#waiting.get(key);
    if (known) this.#waiting.set(key, merged(known, row));
    else if (this.#waiting.size < MAX_WAITING) this.#waiting.set(key, row);
    else this.#dropped += 1;
    if (this.#record) this.#cancelTimer ??= this.#timers.schedule(GATHER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const record = this.#record;
    if (!record) return;
    for (const row of this.#waiting.values()) record({ table: "error_log", row });
    this.#waiting.clear();
  }
}

function merged(known: ErrorInsert, row: ErrorInsert): ErrorInsert {
  return {
    ...known,
    occurrences: (known.occurrences ?? 1) + 1,
    last_seen_at: row.last_seen_at,
    last_correlation_id: row.last_correlation_id ?? known.last_correlation_id,
  };
}

/** @returns null for warnings without an error, and for what people cancelled themselves */
function errorRow(entry: Fields, level: "warn" | "error"): ErrorInsert | null {
  const { timestamp, message: said, source, correlation_id, error, level: _, ...fields } = entry;
  const details = isFields(error) ? error : null;
  if (details === null && level === "warn") return null;
  const { message: reason, stack, code: thrown, ...more } = details ?? {};
  const code = errorCode(thrown ?? fields.error_code);
  if (code === "CANCELLED") return null;
  const message = textOf(reason) ?? textOf(said) ?? "";
  const time = String(timestamp);
  const id = textOf(correlation_id);
  return {
    fingerprint: fingerprint([level, code, textOf(source) ?? "", message]),
    hour: time.slice(0, HOUR_LENGTH),
    level,
    code,
    category: ERRORS[code].category,
    message,
    source: textOf(source),
    context: contextOf({ said, ...fields, error: more }),
    stack: textOf(stack),
    correlation_id: id,
    last_correlation_id: id,
    occurrences: 1,
    created_at: time,
    last_seen_at: time,
  };
}

/** What nobody gave a code is a mistake of the program until somebody looks. */
function errorCode(value: unknown): ErrorCode {
  return typeof value === "string" && isErrorCode(value) ? value : "INTERNAL";
}

/** Two errors are equal when they differ in nothing but names in quotes, numbers and ids. */
function fingerprint(parts: readonly string[]): string {
  const plain = parts
    .join("\n")
    .replace(/"[^"\n]*"/g, '""')
    .replace(/\S*\d\S*/g, "#");
  return Bun.hash(plain).toString(36);
}

function contextOf(fields: Fields): string {
  const json = JSON.stringify(fields);
  return json.length <= MAX_CONTEXT ? json : JSON.stringify({ said: fields.said, omitted: json.length });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
