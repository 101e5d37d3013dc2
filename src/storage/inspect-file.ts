import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** Layout of the first 100 bytes: https://sqlite.org/fileformat2.html#the_database_header */
export const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const PAGE_SIZE_AT = 16;
const CHANGE_COUNTER_AT = 24;
const PAGE_COUNT_AT = 28;
const PAGE_COUNT_VALID_FOR_AT = 92;

/**
 * The damage that can be seen without reading the file: it takes microseconds, whatever the size.
 * @returns what is wrong in words, or null when nothing is, or when there is no file.
 */
export function inspectFile(file: string): string | null {
  if (!existsSync(file)) return null;
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    // Our databases get their name when they are complete: an empty one is not new.
    if (size === 0) return "the file is empty";
    const header = Buffer.alloc(HEADER_BYTES);
    if (readSync(descriptor, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return "the file is cut off";
    if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) return "it is not an SQLite database";
    return cutOff(header, size, file);
  } finally {
    closeSync(descriptor);
  }
}

function cutOff(header: Buffer, size: number, file: string): string | null {
  // What is missing at the end may still be in a log.
  if (hasContent(`${file}-wal`) || hasContent(`${file}-journal`)) return null;
  if (header.readUInt32BE(CHANGE_COUNTER_AT) !== header.readUInt32BE(PAGE_COUNT_VALID_FOR_AT)) return null;
  const stored = header.readUInt16BE(PAGE_SIZE_AT);
  const pageSize = stored === 1 ? 65_536 : stored;
  const expected = header.readUInt32BE(PAGE_COUNT_AT) * pageSize;
  return size < expected ? `the file is cut off: ${size} of ${expected} bytes are there` : null;
}

function hasContent(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
