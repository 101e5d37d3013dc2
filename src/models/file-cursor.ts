import type { FileHandle } from "node:fs/promises";

const WINDOW_BYTES = 1024 * 1024;

/** The file ended in the middle of something. */
export class UnexpectedEnd extends Error {}

/** The file claims more than any real file has; reading on could take all memory or forever. */
export class LimitExceeded extends Error {}

/** Reads little-endian values from a file one after the other, with a bounded window of it in memory. */
export class FileCursor {
  readonly #handle: FileHandle;
  readonly #limit: number;
  #window = Buffer.alloc(0);
  #windowStart = 0;
  #offset = 0;

  /** @param limit bytes after which it refuses to read on */
  constructor(handle: FileHandle, limit: number) {
    this.#handle = handle;
    this.#limit = limit;
  }

  get offset(): number {
    return this.#windowStart + this.#offset;
  }

  async bytes(count: number): Promise<Buffer> {
    if (this.#window.length - this.#offset < count) await this.#refill(count);
    const slice = this.#window.subarray(this.#offset, this.#offset + count);
    this.#offset += count;
    return slice;
  }

  async u32(): Promise<number> {
    return (await this.bytes(4)).readUInt32LE(0);
  }

  /** @throws LimitExceeded when the value is no safe integer */
  async u64(): Promise<number> {
    const value = Number((await this.bytes(8)).readBigUInt64LE(0));
    if (!Number.isSafeInteger(value)) throw new LimitExceeded(`number ${value}`);
    return value;
  }

  async skip(count: number): Promise<void> {
    if (this.offset + count > this.#limit) throw new LimitExceeded(`${this.offset + count} bytes of header`);
    const inside = Math.min(count, this.#window.length - this.#offset);
    this.#offset += inside;
    const beyond = count - inside;
    if (beyond === 0) return;
    this.#windowStart += this.#window.length + beyond;
    this.#window = Buffer.alloc(0);
    this.#offset = 0;
  }

  async #refill(count: number): Promise<void> {
    const start = this.offset;
    if (start + count > this.#limit) throw new LimitExceeded(`${start + count} bytes of header`);
    const window = Buffer.alloc(Math.max(WINDOW_BYTES, count));
    const { bytesRead } = await this.#handle.read(window, 0, window.length, start);
    if (bytesRead < count) throw new UnexpectedEnd();
    this.#window = window.subarray(0, bytesRead);
    this.#windowStart = start;
    this.#offset = 0;
  }
}
