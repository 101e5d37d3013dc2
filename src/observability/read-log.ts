import { type FileHandle, open } from "node:fs/promises";
import { listLogFiles } from "./log-folder.ts";
import type { LogLevel } from "./logger.ts";

/** An entry as it was read: what every entry has, and the other fields as they are. */
export interface ReadEntry {
  readonly timestamp: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly source: string;
  readonly correlation_id?: string;
  readonly [field: string]: unknown;
}

export interface LogFilter {
  /** The least important level that is wanted. */
  readonly level: LogLevel;
  /** Text that must stand somewhere in the entry, whatever its case. */
  readonly text: string;
}

export interface LogPage {
  /** Newest first. */
  readonly entries: readonly ReadEntry[];
  /** False when there are older entries that were not looked at. */
  readonly complete: boolean;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const CHUNK_BYTES = 512 * 1024;
/** One look reads no more, so that a search for something rare ends soon and says that it has not seen all. */
const BUDGET_BYTES = 16 * 1024 * 1024;
const MAX_ENTRIES = 500;
const LINE_END = 0x0a;
/** Where the level stands in each line. */
const LEVEL_AT = '{"timestamp":"2026-01-31T23:59:59.999Z",'.length;

/** Whether an entry, as its line of JSON, is wanted. */
export function matches(line: string, level: LogLevel, filter: LogFilter): boolean {
  return isWanted(level, filter) && holds(line, filter.text);
}

function isWanted(level: LogLevel, filter: LogFilter): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(filter.level);
}

function holds(line: string, text: string): boolean {
  return text === "" || line.toLowerCase().includes(text.toLowerCase());
}

/** The newest entries that match. @returns nothing when there are no files */
export async function readLogEnd(directory: string, filter: LogFilter, limit: number): Promise<LogPage> {
  const files = await listLogFiles(directory).catch((): string[] => []);
  const entries: ReadEntry[] = [];
  let budget = BUDGET_BYTES;
  for (const path of files.toReversed()) {
    await using handle = await openLog(path);
    if (handle === null) continue;
    for await (const chunk of chunksBackwards(handle)) {
      budget -= CHUNK_BYTES;
      for (const line of linesBackwards(chunk, filter.level)) {
        if (!holds(line, filter.text)) continue;
        const entry = parseEntry(line);
        if (entry === null || !isWanted(entry.level, filter)) continue;
        entries.push(entry);
        if (entries.length >= Math.min(limit, MAX_ENTRIES)) return { entries, complete: false };
      }
      if (budget <= 0) return { entries, complete: false };
    }
  }
  return { entries, complete: true };
}

/**
 * The entries of one prompt, oldest first. Entries stand in the order of time, so the beginning is found by halving and
 * not by reading hundreds of megabytes.
 *
 * @param from ISO 8601; nothing older is looked at
 * @param to ISO 8601
 */
export async function readLogOf(
  directory: string,
  correlationId: string,
  from: string,
  to: string,
): Promise<LogPage> {
  const files = await listLogFiles(directory).catch((): string[] => []);
  const entries: ReadEntry[] = [];
  let budget = BUDGET_BYTES;
  for (const path of files) {
    await using handle = await openLog(path);
    if (handle === null) continue;
    const { size } = await handle.stat();
    for (let at = await offsetOf(handle, size, from); at < size; ) {
      const { text, bytes } = await wholeLines(handle, at, size);
      at += bytes;
      budget -= bytes;
      if (text.includes(correlationId)) collect(text, correlationId, entries);
      if (entries.length >= MAX_ENTRIES || budget <= 0) return { entries, complete: false };
      if ((timestampOf(text) ?? "") > to) return { entries, complete: true };
    }
  }
  return { entries, complete: true };
}

export function parseEntry(line: string): ReadEntry | null {
  try {
    const entry: unknown = JSON.parse(line);
    return isEntry(entry) ? entry : null;
  } catch {
    return null; // half an entry, left by a full disk
  }
}

function isEntry(value: unknown): value is ReadEntry {
  if (typeof value !== "object" || value === null) return false;
  const { timestamp, level, message } = value as Partial<Record<string, unknown>>;
  return (
    typeof timestamp === "string" && typeof message === "string" && LEVELS.some((each) => each === level)
  );
}

function collect(text: string, correlationId: string, entries: ReadEntry[]): void {
  for (const line of text.split("\n")) {
    if (!line.includes(correlationId)) continue;
    const entry = parseEntry(line);
    if (entry?.correlation_id === correlationId && entries.length < MAX_ENTRIES) entries.push(entry);
  }
}

/** @returns null for a file that has been removed meanwhile, because newer ones took its place */
function openLog(path: string): Promise<FileHandle | null> {
  return open(path, "r").catch(() => null);
}

/**
 * The lines of a text, last first, without those that are less important. The level stands at the beginning of each:
 * a log at level debug has a hundred lines to pass over for one that is wanted, and they are neither cut out nor parsed.
 */
function* linesBackwards(text: string, level: LogLevel): Generator<string> {
  const lessImportant = LEVELS.slice(0, LEVELS.indexOf(level)).map((each) => `"level":"${each}"`);
  for (let end = text.length; end > 0; ) {
    const start = text.lastIndexOf("\n", end - 1) + 1;
    const isLess = lessImportant.some((each) => text.startsWith(each, start + LEVEL_AT));
    if (end > start && !isLess) yield text.slice(start, end);
    end = start - 1;
  }
}

/** Whole lines, from the end of the file to its beginning. */
async function* chunksBackwards(handle: FileHandle): AsyncGenerator<string> {
  let { size: end } = await handle.stat();
  let rest = Buffer.alloc(0);
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const bytes = Buffer.concat([await read(handle, start, end - start), rest]);
    // What stands before the first line end is the end of a line that begins in the next chunk.
    const first = start === 0 ? -1 : bytes.indexOf(LINE_END);
    rest = start === 0 ? Buffer.alloc(0) : bytes.subarray(0, first + 1);
    yield bytes.toString("utf8", first + 1);
    end = start;
  }
}

/** Where the last line begins that is not younger than `from`, at most a chunk too early. */
async function offsetOf(handle: FileHandle, size: number, from: string): Promise<number> {
  let low = 0;
  let high = size;
  while (high - low > CHUNK_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const bytes = await read(handle, middle, Math.min(CHUNK_BYTES, size - middle));
    const begin = bytes.indexOf(LINE_END) + 1;
    const timestamp = timestampOf(bytes.toString("utf8", begin, begin + 100));
    if (begin === 0 || timestamp === null || timestamp >= from) high = middle;
    else low = middle + begin;
  }
  return low;
}

async function wholeLines(
  handle: FileHandle,
  at: number,
  size: number,
): Promise<{ readonly text: string; readonly bytes: number }> {
  const chunk = await read(handle, at, Math.min(CHUNK_BYTES, size - at));
  const end = chunk.lastIndexOf(LINE_END) + 1;
  const bytes = end === 0 ? chunk.length : end;
  return { text: chunk.toString("utf8", 0, bytes), bytes: Math.max(1, bytes) };
}

function timestampOf(line: string): string | null {
  return /^\{"timestamp":"([^"]{20,30})"/.exec(line)?.[1] ?? null;
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
