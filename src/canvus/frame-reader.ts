import { badFrame, type Frame, parseElement } from "./frame.ts";
import type { WidgetUpdate } from "./parse-widget.ts";

/** A first frame of a large canvas exceeds 50 MB; beyond this the server has lost its way. */
const MAX_LINE_BYTES = 128 * 1024 * 1024;

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const decoder = new TextDecoder();

/** What may come next, outside of elements. `first` is an element or the end of the list, `end` that of the line. */
type Expected = "line" | "first" | "element" | "comma" | "end";

/**
 * Reads a widget stream: one line is a frame, an array of widgets or a single one; blank lines are keep-alives. Each
 * element is parsed as soon as its last byte is there, so that a first frame of 50 MB is worked off while it comes,
 * in pieces as small as the caller wants, and not in one go when it is complete.
 */
export class FrameReader {
  readonly #maxLineBytes: number;
  #lineBytes = 0;
  #expected: Expected = "line";
  #isList = false;
  #updates: WidgetUpdate[] = [];
  /** Braces and brackets that are open in the element that is being read; 0 = outside of elements. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** What earlier chunks had of this element. */
  #pieces: Uint8Array[] = [];

  constructor(maxLineBytes = MAX_LINE_BYTES) {
    this.#maxLineBytes = maxLineBytes;
  }

  /**
   * @returns the frames that ended in this chunk.
   * @throws AppError CANVUS_PROTOCOL for a line that is no frame or longer than the limit; the reader is of no use
   *   afterwards.
   */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (let at = 0; at < chunk.length; ) {
      const isInside = this.#depth > 0 || this.#beginsElement(chunk[at]);
      const end = isInside ? this.#readElement(chunk, at) : at + 1;
      if (chunk[at] !== NEWLINE) this.#count(end - at);
      if (!isInside) this.#readBetween(chunk[at], frames);
      at = end;
    }
    return frames;
  }

  #beginsElement(byte: number | undefined): boolean {
    if (byte !== OPEN_OBJECT) return false;
    if (this.#expected === "line") this.#isList = false;
    return this.#expected !== "comma" && this.#expected !== "end";
  }

  /** @returns where the element ends, or the chunk. */
  #readElement(chunk: Uint8Array, start: number): number {
    let depth = this.#depth;
    let isInString = this.#isInString;
    let isEscaped = this.#isEscaped;
    let at = start;
    // Every byte of every canvas goes through here; in UTF-8 none of those looked for is a part of another character.
    do {
      const byte = chunk[at++];
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInString = false;
        else if (byte === NEWLINE) throw badFrame("is not JSON");
      } else if (byte === QUOTE) isInString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth -= 1;
      else if (byte === NEWLINE) throw badFrame("is not JSON");
    } while (depth > 0 && at < chunk.length);
    this.#depth = depth;
    this.#isInString = isInString;
    this.#isEscaped = isEscaped;
    this.#pieces.push(chunk.subarray(start, at));
    if (depth === 0) this.#endElement();
    return at;
  }

  #endElement(): void {
    const [first, ...more] = this.#pieces;
    const bytes = more.length === 0 ? first : Buffer.concat(this.#pieces);
    this.#pieces = [];
    const update = parseElement(decoder.decode(bytes));
    if (update !== null) this.#updates.push(update);
    this.#expected = this.#isList ? "comma" : "end";
  }

  #readBetween(byte: number | undefined, frames: Frame[]): void {
    if (byte === SPACE || byte === RETURN || byte === TAB) return;
    if (byte === NEWLINE && this.#expected === "line") this.#lineBytes = 0;
    else if (byte === NEWLINE && this.#expected === "end") frames.push(this.#endLine());
    else if (byte === OPEN_LIST && this.#expected === "line") {
      this.#isList = true;
      this.#expected = "first";
    } else if (byte === COMMA && this.#expected === "comma") this.#expected = "element";
    else if (byte === CLOSE_LIST && (this.#expected === "comma" || this.#expected === "first"))
      this.#expected = "end";
    else throw badFrame("is not a list of widgets");
  }

  #endLine(): Frame {
    const frame = { isList: this.#isList, updates: this.#updates };
    this.#updates = [];
    this.#lineBytes = 0;
    this.#expected = "line";
    return frame;
  }

  #count(bytes: number): void {
    this.#lineBytes += bytes;
    if (this.#lineBytes > this.#maxLineBytes) throw badFrame(`is longer than ${this.#maxLineBytes} bytes`);
  }
}
