import { badFrame, type Frame, parseElements } from "./frame.ts";
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

/** Of one long array the garbage collector would have to look through all of it again after every addition. */
class Parts implements Iterable<WidgetUpdate> {
  readonly #parts: WidgetUpdate[][] = [];

  add(part: WidgetUpdate[]): void {
    this.#parts.push(part);
  }

  *[Symbol.iterator](): Generator<WidgetUpdate> {
    for (const part of this.#parts) yield* part;
  }
}

/**
 * Reads a widget stream: one line is a frame, an array of widgets or a single one; blank lines are keep-alives. Of each
 * chunk the elements that are whole are parsed together, so that a first frame of 50 MB is worked off while it comes, in
 * pieces as small as the caller wants, and not in one go when it is complete.
 */
export class FrameReader {
  readonly #maxLineBytes: number;
  #lineBytes = 0;
  #expected: Expected = "line";
  #isList = false;
  #updates = new Parts();
  /** Braces and brackets that are open in the element that is being read; 0 = outside of elements. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** What earlier chunks had of the element that is being read. */
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
    /** Whole elements that are not parsed yet lie between these. */
    let start = 0;
    let end = 0;
    let begun = 0;
    for (let at = 0; at < chunk.length; ) {
      const byte = chunk[at];
      const isInside = this.#depth > 0 || this.#beginsElement(byte);
      const next = isInside ? this.#skipElement(chunk, at) : at + 1;
      if (byte !== NEWLINE) this.#count(next - at);
      if (isInside) {
        begun = at;
        if (end === start) start = at;
        if (this.#depth === 0) end = next;
      } else if (byte === NEWLINE) {
        this.#parse(chunk.subarray(start, end));
        start = end = next;
      }
      if (!isInside) this.#readBetween(byte, frames);
      at = next;
    }
    this.#parse(chunk.subarray(start, end));
    if (this.#depth > 0) this.#pieces.push(chunk.subarray(begun));
    return frames;
  }

  #beginsElement(byte: number | undefined): boolean {
    if (byte !== OPEN_OBJECT) return false;
    if (this.#expected === "line") this.#isList = false;
    return this.#expected !== "comma" && this.#expected !== "end";
  }

  /** @returns where the element ends, or the chunk. */
  #skipElement(chunk: Uint8Array, start: number): number {
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
    if (depth === 0) this.#expected = this.#isList ? "comma" : "end";
    return at;
  }

  /** The first of them may have begun in earlier chunks. */
  #parse(elements: Uint8Array): void {
    if (elements.length === 0) return;
    const bytes = this.#pieces.length === 0 ? elements : Buffer.concat([...this.#pieces, elements]);
    this.#pieces = [];
    const text = decoder.decode(bytes);
    this.#updates.add(parseElements(this.#isList ? `[${text}]` : text));
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
    this.#updates = new Parts();
    this.#lineBytes = 0;
    this.#expected = "line";
    return frame;
  }

  #count(bytes: number): void {
    this.#lineBytes += bytes;
    if (this.#lineBytes > this.#maxLineBytes) throw badFrame(`is longer than ${this.#maxLineBytes} bytes`);
  }
}
