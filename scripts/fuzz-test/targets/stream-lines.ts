import * as fc from "fast-check";
import { CanvasState } from "../../../src/canvus/canvas-state.ts";
import { type Frame, parseElements } from "../../../src/canvus/frame.ts";
import { FrameReader } from "../../../src/canvus/frame-reader.ts";
import { AppError } from "../../../src/errors/app-error.ts";
import { Random } from "../../chaos-test/random.ts";
import { damaged } from "../damage.ts";
import { ownResidentBytes, type Target } from "../target.ts";
import { anyWidget } from "./any-widget.ts";

/** Small enough that some lines are longer. */
const MAX_LINE_BYTES = 20_000;

interface Input {
  /** Lines as they come over the network, broken ones too. */
  readonly bytes: Uint8Array;
  /** Where the network cuts them, as shares of the whole. */
  readonly cuts: readonly number[];
}

const encode = (text: string) => new TextEncoder().encode(text);
const frame = fc
  .oneof(fc.array(anyWidget, { maxLength: 5 }), anyWidget)
  .map((value) => encode(JSON.stringify(value)));
const brokenFrame = fc.tuple(frame, fc.nat()).map(([bytes, seed]) => damaged(bytes, new Random(seed)));
const longLine = fc
  .nat({ max: 2 * MAX_LINE_BYTES })
  .map((length) => encode(JSON.stringify({ id: "x".repeat(length) })));
const line = fc.oneof(
  { weight: 60, arbitrary: frame },
  { weight: 4, arbitrary: brokenFrame },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary" }).map(encode) },
  { weight: 1, arbitrary: fc.json().map(encode) },
  { weight: 1, arbitrary: longLine },
);
const lineEnd = fc
  .oneof(
    { weight: 30, arbitrary: fc.constantFrom("\n", "\r\n", "\n\n", " \t\n") },
    { weight: 1, arbitrary: fc.constantFrom("", "\r") },
  )
  .map(encode);

/** Reads the same bytes whole, cut into pieces, and line by line with JSON.parse; then into a picture of a canvas. */
export function streamLines(): Target<Input> {
  return {
    inputs: fc.record({
      bytes: fc.array(fc.tuple(line, lineEnd), { maxLength: 12 }).map((parts) => joined(parts.flat())),
      cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
    }),
    check({ bytes, cuts }) {
      const whole = framesOf([bytes]);
      if (!isSame(whole, framesOf(piecesOf(bytes, cuts))))
        throw new Error("cut in pieces, it gives other frames");
      const parsed = parsedLines(bytes);
      if (parsed !== "unfinished" && !isSame(whole, parsed))
        throw new Error(
          whole ? "it is not what JSON.parse reads" : "it is refused, and nothing is wrong with it",
        );
      if (whole === null) return "refused";
      takeIn(whole);
      return whole.length === 0 ? "nothing" : "understood";
    },
    residentBytes: ownResidentBytes,
    maxGrowth: 64e6,
    describe: ({ bytes, cuts }) => `${JSON.stringify(Buffer.from(bytes).toString("latin1"))} cut at ${cuts}`,
  };
}

/** Null when they are refused. */
function framesOf(pieces: readonly Uint8Array[]): Frame[] | null {
  const reader = new FrameReader(MAX_LINE_BYTES);
  return orNull(() =>
    pieces
      .flatMap((piece) => reader.push(piece))
      .map(({ isList, updates }) => ({ isList, updates: [...updates] })),
  );
}

/** The same in the simplest way there is. A line that has not ended may be refused early, or not yet. */
function parsedLines(bytes: Uint8Array): Frame[] | null | "unfinished" {
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  const rest = lines.pop() ?? "";
  if (rest !== "") return "unfinished";
  if (lines.some((each) => each.length > MAX_LINE_BYTES)) return null;
  const texts = lines.map((each) =>
    new TextDecoder().decode(Buffer.from(each, "latin1")).replace(/^[ \t\r]+/, ""),
  );
  return orNull(() => texts.filter((text) => text !== "").map(parsed));
}

function parsed(text: string): Frame {
  const value: unknown = JSON.parse(text);
  const elements: unknown[] = Array.isArray(value) ? value : [value];
  const updates = elements.flatMap((element) => {
    if (typeof element !== "object" || element === null || Array.isArray(element)) throw new SyntaxError();
    return parseElements(JSON.stringify(element));
  });
  return { isList: Array.isArray(value), updates };
}

function takeIn(frames: readonly Frame[]): void {
  const state = new CanvasState();
  for (const [at, frame] of frames.entries()) {
    const batches = at === 0 && frame.isList ? state.applySnapshot(frame) : state.applyEvent(frame);
    // A widget may come and go in one frame; what is said last counts.
    const last = new Map([...batches].flat().map(({ kind, widget }) => [widget.id, kind]));
    for (const [id, kind] of last)
      if ((kind === "deleted") === (state.get(id) !== undefined))
        throw new Error(`${kind}, and it is not so`);
  }
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof AppError && error.code === "CANVUS_PROTOCOL"))
      return null;
    throw error;
  }
}

/** As JSON has it, which knows no -0. */
function isSame(one: readonly Frame[] | null, other: readonly Frame[] | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function piecesOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((share) => Math.floor(share * bytes.length)), bytes.length].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
