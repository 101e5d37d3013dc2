import { REDACTED, type Redactor } from "./redaction.ts";

/** What an entry is made of in the end: plain JSON, nothing that can surprise. */
export type LogValue = string | number | boolean | null | LogValue[] | LogRecord;
export interface LogRecord {
  [key: string]: LogValue;
}

/** Prompts, answers and every other text; the database keeps the whole. */
const TEXT_LIMIT = 1000;
const STACK_LIMIT = 6000;
const NAME_LIMIT = 100;
const BINARY_LIMIT = 256;
const MAX_DEPTH = 6;
const MAX_WIDTH = 50;
const MAX_CAUSES = 5;
/** Characters that one entry may hold in all its fields together. */
const ENTRY_LIMIT = 32_000;

const ENTRY_HEAD: ReadonlySet<string> = new Set(["timestamp", "level", "message"]);

/** Read from errors when they are there; `context` is what AppError carries. */
const ERROR_KEYS = [
  "name",
  "message",
  "code",
  "category",
  "hint",
  "context",
  "status",
  "errno",
  "syscall",
  "path",
  "address",
  "port",
  "stack",
];
const BARE_ERROR_KEYS = ["name", "message", "stack"];

/** Turns fields of any kind into plain JSON: redacted, bounded, never throwing. One instance serves one entry. */
export class LogValueBuilder {
  readonly #redactor: Redactor;
  /** A stack; at most MAX_DEPTH are in it, and most entries need none. */
  readonly #ancestors: object[] = [];
  #room = ENTRY_LIMIT;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Adds each field to the entry; a later one of the same name wins, but the head of an entry is never overwritten. */
  addFields(entry: LogRecord, fields: object): void {
    for (const key of keysOf(fields)) {
      if (key === "source" || key === "correlation_id") continue;
      const { name, secret } = this.#redactor.key(key);
      const value = this.#property(fields, key, secret, 0);
      if (value !== undefined) entry[ENTRY_HEAD.has(key) ? `${key}_` : this.#name(name)] = value;
    }
  }

  /** Redacts and shortens a text; says how much is missing. */
  text(text: string, limit = TEXT_LIMIT): string {
    if (text.length <= limit) {
      const whole = this.#redactor.text(text);
      if (whole.length <= limit) return this.#charge(whole);
    }
    const { overlap } = this.#redactor;
    // Redact first, cut then: a secret that is cut in half would no longer be found. What such a half could fill at
    // the end of the piece that was looked at is left out as well.
    const redacted = this.#redactor.text(text.slice(0, limit + overlap));
    const complete = text.length <= limit + overlap;
    if (complete && redacted.length <= limit) return this.#charge(redacted);
    const shown = redacted.slice(
      0,
      complete ? limit : Math.max(0, Math.min(limit, redacted.length - overlap)),
    );
    const whole = endsInsidePair(shown) ? shown.slice(0, -1) : shown;
    return this.#charge(`${whole}…[truncated ${text.length - whole.length} characters]`);
  }

  #name(name: string): string {
    if (name.length > NAME_LIMIT) return this.text(name, NAME_LIMIT);
    this.#room -= name.length;
    return name;
  }

  #property(owner: object, key: string, secret: boolean, depth: number): LogValue | undefined {
    const value = readProperty(owner, key);
    if (value === undefined) return undefined;
    if (value !== null && secret) return REDACTED;
    return this.#value(value, depth, key === "stack" ? STACK_LIMIT : TEXT_LIMIT);
  }

  #value(value: unknown, depth: number, limit = TEXT_LIMIT): LogValue {
    switch (typeof value) {
      case "string":
        return this.text(value, limit);
      case "number":
        this.#room -= 4;
        return this.#number(value);
      case "boolean":
        return value;
      case "undefined":
        return null;
      case "bigint":
        // A huge one takes seconds to write out.
        return this.text(value > -(2n ** 256n) && value < 2n ** 256n ? String(value) : "[huge integer]");
      case "symbol":
        return this.text(String(value));
      case "object":
        return value === null ? null : this.#object(value, depth);
      default:
        return "[function]";
    }
  }

  /** A secret may consist of digits, and then nothing else tells it from a number. */
  #number(value: number): LogValue {
    if (!Number.isFinite(value)) return String(value);
    if (value > -1000 && value < 1000) return value;
    const text = String(value);
    const redacted = this.#redactor.text(text);
    return redacted === text ? value : redacted;
  }

  #object(value: object, depth: number): LogValue {
    if (this.#room <= 0) return "[omitted: entry too large]";
    if (this.#ancestors.includes(value)) return "[circular]";
    if (depth >= MAX_DEPTH) return "[too deep]";
    this.#room -= 8;
    this.#ancestors.push(value);
    try {
      return this.#contents(value, depth + 1);
    } catch {
      return "[unreadable]";
    } finally {
      this.#ancestors.pop();
    }
  }

  #contents(value: object, depth: number): LogValue {
    if (value instanceof Error) return this.#error(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
    if (value instanceof URL) return this.text(value.href);
    if (value instanceof RegExp) return this.text(String(value));
    if (ArrayBuffer.isView(value)) {
      return this.#binary(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    }
    if (value instanceof ArrayBuffer) return this.#binary(new Uint8Array(value));
    if (Array.isArray(value)) return this.#list(value, value.length, depth);
    if (value instanceof Set) return this.#list(value, value.size, depth);
    if (value instanceof Map || value instanceof Headers) return this.#pairs(value.entries(), depth);
    return this.#record(value, depth);
  }

  #record(value: object, depth: number): LogValue {
    const result = emptyRecord();
    const keys = keysOf(value);
    for (const key of keys.slice(0, MAX_WIDTH)) {
      if (this.#room <= 0) break;
      const { name, secret } = this.#redactor.key(key);
      const property = this.#property(value, key, secret, depth);
      if (property !== undefined) result[this.#name(name)] = property;
    }
    if (keys.length > MAX_WIDTH) result["…"] = `${keys.length - MAX_WIDTH} more`;
    return result;
  }

  #list(values: Iterable<unknown>, length: number, depth: number): LogValue[] {
    const result: LogValue[] = [];
    for (const value of values) {
      if (result.length === MAX_WIDTH || this.#room <= 0) {
        result.push(`… ${length - result.length} more`);
        break;
      }
      result.push(this.#value(value, depth));
    }
    return result;
  }

  #pairs(entries: Iterable<readonly [unknown, unknown]>, depth: number): LogRecord {
    const result = emptyRecord();
    let count = 0;
    for (const [key, value] of entries) {
      if (count++ === MAX_WIDTH || this.#room <= 0) {
        result["…"] = "more";
        break;
      }
      const { name, secret } = this.#redactor.key(typeof key === "object" ? "[object]" : String(key));
      result[this.#name(name)] = secret ? REDACTED : this.#value(value, depth);
    }
    return result;
  }

  #binary(bytes: Uint8Array): string {
    if (bytes.byteLength > BINARY_LIMIT) return `[binary, ${bytes.byteLength} bytes]`;
    const buffer = Buffer.from(bytes);
    const texts = [buffer.toString("utf8"), buffer.toString("latin1"), buffer.toString("utf16le")];
    if (texts.some((text) => this.#redactor.text(text) !== text)) return REDACTED;
    return `base64:${buffer.toString("base64")}`;
  }

  #error(error: Error, depth: number): LogRecord {
    const result = emptyRecord();
    // Errors of the language itself have none of the others, and there are many of those.
    const keys = keysOf(error).length === 0 ? BARE_ERROR_KEYS : ERROR_KEYS;
    for (const key of keys) {
      const value = this.#property(error, key, false, depth);
      if (value !== undefined) result[key] = value;
    }
    const nested = readProperty(error, "errors");
    if (Array.isArray(nested)) result.errors = this.#list(nested, nested.length, depth);
    const cause = readProperty(error, "cause");
    if (cause !== undefined && depth <= MAX_CAUSES) result.cause = this.#value(cause, depth);
    return result;
  }

  #charge(text: string): string {
    if (this.#room <= 0) return "[omitted: entry too large]";
    this.#room -= text.length;
    return text;
  }
}

/** Without a prototype, so that a field called `__proto__` is a field like any other. */
export function emptyRecord(): LogRecord {
  return Object.create(null);
}

function keysOf(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

/** @returns a note instead of the value when reading it throws. */
export function readProperty(owner: object, key: string): unknown {
  try {
    return Reflect.get(owner, key);
  } catch {
    return "[unreadable]";
  }
}

function endsInsidePair(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
