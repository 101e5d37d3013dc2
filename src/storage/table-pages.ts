import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export interface RawRow {
  readonly rowid: number;
  /** In the order of the table's columns; fewer when the row is older than a column. */
  readonly values: readonly (string | number | bigint | Uint8Array | null)[];
}

type Value = RawRow["values"][number];

const PAGE_SIZE = 4096;
const TABLE_LEAF = 0x0d;
const LEAF_HEADER_BYTES = 8;
/** Pages between two pages of the pointer map, which tells of each page what hangs on what: 5 bytes each. */
const MAP_ENTRY_BYTES = 5;
const MAP_STRIDE = Math.floor(PAGE_SIZE / MAP_ENTRY_BYTES) + 1;
const MAP_ROOT = 1;
const MAP_TREE = 5;
/** 20 levels would hold more rows than fit on any disk; damage can make circles. */
const MAX_DEPTH = 20;
/** How much of a row stays on its page: https://sqlite.org/fileformat2.html#b_tree_pages */
const MAX_LOCAL = PAGE_SIZE - 35;
const MIN_LOCAL = Math.floor(((PAGE_SIZE - 12) * 32) / 255) - 23;
const OVERFLOW_BYTES = PAGE_SIZE - 4;

/**
 * Reads the rows of a table straight from the pages that hold them, for when the pages that lead to them are destroyed.
 * The pointer map of a database with auto_vacuum tells which table a page belongs to, and which pages are free: rows
 * that were deleted do not come back. Needs a file without a log.
 */
export class TablePages {
  readonly #descriptor: number;
  readonly #count: number;

  constructor(file: string) {
    this.#descriptor = openSync(file, "r");
    this.#count = Math.floor(fstatSync(this.#descriptor).size / PAGE_SIZE);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  *rows(rootPage: number): Generator<RawRow> {
    for (let number = 2; number <= this.#count; number++) {
      const page = this.#read(number);
      if (page[0] !== TABLE_LEAF || this.#rootOf(number) !== rootPage) continue;
      const cells = page.readUInt16BE(3);
      for (let index = 0; index < cells && LEAF_HEADER_BYTES + index * 2 + 2 <= PAGE_SIZE; index++) {
        const row = this.#row(page, page.readUInt16BE(LEAF_HEADER_BYTES + index * 2));
        if (row) yield row;
      }
    }
  }

  #rootOf(number: number): number | null {
    let page = number;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      if (page < 3 || page > this.#count) return null;
      const mapPage = Math.floor((page - 2) / MAP_STRIDE) * MAP_STRIDE + 2;
      if (mapPage === page) return null;
      const entry = Buffer.alloc(MAP_ENTRY_BYTES);
      const at = (mapPage - 1) * PAGE_SIZE + (page - mapPage - 1) * MAP_ENTRY_BYTES;
      readSync(this.#descriptor, entry, 0, MAP_ENTRY_BYTES, at);
      if (entry[0] === MAP_ROOT) return page;
      if (entry[0] !== MAP_TREE) return null;
      page = entry.readUInt32BE(1);
    }
    return null;
  }

  /** @returns null when the row is damaged itself. */
  #row(page: Buffer, at: number): RawRow | null {
    try {
      const cell = new Reader(page, at);
      const length = cell.varint();
      const rowid = cell.varint();
      return { rowid, values: decode(this.#payload(cell, length)) };
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  #payload(cell: Reader, length: number): Buffer {
    if (length <= MAX_LOCAL) return cell.bytes(length);
    if (length > this.#count * PAGE_SIZE) throw new RangeError("longer than the file");
    const kept = MIN_LOCAL + ((length - MIN_LOCAL) % OVERFLOW_BYTES);
    const parts = [cell.bytes(kept <= MAX_LOCAL ? kept : MIN_LOCAL)];
    let missing = length - (parts[0]?.length ?? 0);
    for (let next = cell.bytes(4).readUInt32BE(0); missing > 0; ) {
      if (next < 3 || next > this.#count) throw new RangeError("a part of the row is gone");
      const page = this.#read(next);
      parts.push(page.subarray(4, 4 + Math.min(missing, OVERFLOW_BYTES)));
      missing -= OVERFLOW_BYTES;
      next = page.readUInt32BE(0);
    }
    return Buffer.concat(parts);
  }

  #read(number: number): Buffer {
    const page = Buffer.alloc(PAGE_SIZE);
    readSync(this.#descriptor, page, 0, PAGE_SIZE, (number - 1) * PAGE_SIZE);
    return page;
  }
}

/** Reads on from a place in a page. @throws RangeError at its end. */
class Reader {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  bytes(count: number): Buffer {
    const end = this.#at + count;
    if (count < 0 || end > this.#buffer.length) throw new RangeError("behind the end");
    const part = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  /** Seven bits a byte, most significant first, at most nine bytes; lengths and ids stay far below 2^53. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < 8; index++) {
      const byte = this.bytes(1).readUInt8(0);
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    throw new RangeError("not a number of ours");
  }
}

/** The record format: https://sqlite.org/fileformat2.html#record_format @throws RangeError when it is none. */
function decode(record: Buffer): Value[] {
  const header = new Reader(record, 0);
  const headerLength = header.varint();
  const body = new Reader(record, headerLength);
  const values: Value[] = [];
  while (header.at < headerLength) values.push(decodeValue(header.varint(), body));
  return values;
}

const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8];
const REAL = 7;

function decodeValue(type: number, body: Reader): Value {
  if (type === 0) return null;
  if (type === REAL) return body.bytes(8).readDoubleBE(0);
  if (type === 8 || type === 9) return type - 8;
  if (type >= 12) {
    const bytes = body.bytes(Math.floor((type - 12) / 2));
    return type % 2 === 0 ? new Uint8Array(bytes) : bytes.toString("utf8");
  }
  const length = INTEGER_BYTES[type];
  if (length === undefined) throw new RangeError("no type of value");
  const bytes = body.bytes(length);
  return length === 8 ? bytes.readBigInt64BE(0) : bytes.readIntBE(0, length);
}
