import { AppError } from "../errors/app-error.ts";

/** A first frame of a large canvas exceeds 10 MB; beyond this the server has lost its way. */
const MAX_LINE_BYTES = 128 * 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines. Pieces of an unfinished line are kept as they came and joined and decoded once, when
 * its end arrives: that is linear for huge lines and right for characters cut anywhere. Blank lines are keep-alives.
 */
export class LineReader {
  readonly #maxLineBytes: number;
  #pieces: Uint8Array[] = [];
  #pendingBytes = 0;
  #keepAlives = 0;

  constructor(maxLineBytes = MAX_LINE_BYTES) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes of the line that has not ended yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  get keepAlives(): number {
    return this.#keepAlives;
  }

  /**
   * @returns the lines that ended in this chunk, without their ends and without blank ones.
   * @throws AppError CANVUS_PROTOCOL when a line gets longer than the limit; the reader is of no use afterwards.
   */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      const line = this.#take();
      if (line === "") this.#keepAlives += 1;
      else lines.push(line);
      start = end + 1;
    }
    if (start < chunk.byteLength) this.#keep(chunk.subarray(start));
    return lines;
  }

  #keep(piece: Uint8Array): void {
    this.#pendingBytes += piece.byteLength;
    if (this.#pendingBytes > this.#maxLineBytes) {
      this.#pieces = [];
      throw new AppError(
        "CANVUS_PROTOCOL",
        `A line of the widget stream is longer than ${this.#maxLineBytes} bytes.`,
        { context: { max_bytes: this.#maxLineBytes } },
      );
    }
    this.#pieces.push(piece);
  }

  #take(): string {
    const [first, ...more] = this.#pieces;
    const bytes = more.length === 0 ? first : Buffer.concat(this.#pieces, this.#pendingBytes);
    this.#pieces = [];
    this.#pendingBytes = 0;
    return bytes === undefined ? "" : new TextDecoder().decode(bytes).trim();
  }
}
