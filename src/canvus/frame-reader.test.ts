import { expect, test } from "bun:test";
import fc from "fast-check";
import { AppError } from "../errors/app-error.ts";
import { parseElements } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";

const encoder = new TextEncoder();

const push = (reader: FrameReader, bytes: Uint8Array) =>
  reader.push(bytes).map(({ isList, updates }) => ({ isList, updates: [...updates] }));
const read = (text: string, reader = new FrameReader()) => push(reader, encoder.encode(text));

function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const ends = [...new Set(positions.map((position) => position % (bytes.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...ends];
  return starts.map((start, index) => bytes.slice(start, ends[index]));
}

/** With quotes, braces, brackets and backslashes in texts, which must not be taken for structure. */
const text = fc
  .oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[\]["\\{}[,é👋]*$/u))
  .filter((each) => each.isWellFormed());
const widget = fc.record({
  id: text.filter((each) => each !== ""),
  widget_type: fc.constant("Note"),
  text,
  nested: fc.jsonValue(),
});
const frame = fc.oneof(widget, fc.array(widget));

test("frames come out whole wherever the bytes are cut, with either line end, spaces and keep-alives", () => {
  const ends = fc.constantFrom("\n", "\r\n", "\n\n", "\n\r\n", " \t\n  \n");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(frame, ends, fc.constantFrom(0, 0, 1))),
      fc.array(fc.nat()),
      (frames, positions) => {
        const lines = frames.map(([value, end, indent]) => spaced(JSON.stringify(value), indent) + end);
        const reader = new FrameReader();
        const got = cut(encoder.encode(lines.join("")), positions).flatMap((chunk) => push(reader, chunk));
        // What JSON cannot say, such as -0, is compared as JSON says it.
        const expected: unknown[] = frames.map(([value]) => JSON.parse(JSON.stringify(value)));
        expect(got.map(({ isList, updates }) => (isList ? updates : updates[0]))).toEqual(expected as never);
      },
    ),
    { numRuns: 200 },
  );
});

/** Spaces between the elements of a list. */
function spaced(line: string, indent: number): string {
  if (indent === 0 || !line.startsWith("[")) return line;
  const elements: unknown[] = JSON.parse(line);
  return `[ ${elements.map((element) => JSON.stringify(element)).join(" , ")} ]`;
}

test("a character cut in the middle is put together again, byte by byte", () => {
  const reader = new FrameReader();
  const bytes = encoder.encode('[{"id":"a","text":"Grüße 👋 東京"}]\n');
  const frames = [...bytes].flatMap((byte) => push(reader, Uint8Array.of(byte)));
  expect(frames).toEqual([{ isList: true, updates: [{ id: "a", text: "Grüße 👋 東京" }] }]);
});

test("an array and a lone object are both frames, blank lines are none", () => {
  expect(read('\n\r\n[]\n{"id":"a","state":"deleted"}\n  \n')).toEqual([
    { isList: true, updates: [] },
    { isList: false, updates: [{ id: "a", state: "deleted" }] },
  ]);
});

test("what is not a widget of ours leaves no gap in the list", () => {
  const [frame] = read(
    '[{"id":"s","widget_type":"Annotation"},{"id":"n"},{"widget_type":"CanvasBackground"}]\n',
  );
  expect(frame?.updates).toEqual([{ id: "n" }]);
});

test("an unfinished line waits", () => {
  expect(read('[{"id":"a"},{"id"')).toEqual([]);
});

test.each([
  "<html>\n",
  '[{"id":"a"\n',
  '[{"id":"half\n',
  '[{"id":"a"}\n',
  '[{"id":"a"},\n',
  '[{"id":"a"},]\n',
  '[,{"id":"a"}]\n',
  '[{"id":"a"}{"id":"b"}]\n',
  '[{"id":"a"}]]\n',
  '[] {"id":"a"}\n',
  '{"id":"a"},{"id":"b"}\n',
  '{"id":"a"}]\n',
  '[{"id":["a"}]]\n',
  "[1]\n",
  "null\n",
  '"text"\n',
  '[["id"]]\n',
  '[{"id":"a"},{"msg":"Invalid token"}]\n',
])("a line that is no frame is a protocol error: %j", (line) => {
  expect(() => read(line)).toThrow(expect.objectContaining({ code: "CANVUS_PROTOCOL" }));
});

test("what JSON.parse refuses is refused, wherever it is damaged, and nothing else", () => {
  const line = '[{"id":"a","text":"[1}"},{"id":"b","text":"x\\"y","deep":[{}]}]';
  const damage = fc.constantFrom("", '"', "{", "}", "[", "]", ",", "\\", " ");
  fc.assert(
    fc.property(fc.nat(line.length - 1), damage, (at, by) => {
      const damaged = line.slice(0, at) + by + line.slice(at + 1);
      expect(outcome(() => read(`${damaged}\n`)[0]?.updates)).toEqual(
        outcome(() => elementsOf(JSON.parse(damaged)).flatMap(parseElements)),
      );
    }),
    { numRuns: 1000 },
  );
});

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return "refused";
  }
}

function elementsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map((element) => JSON.stringify(element)) : [JSON.stringify(value)];
}

test("a line over the limit is a loud error, one of exactly the limit is not, and each line counts anew", () => {
  const line = '[{"id":"a"}]';
  const reader = new FrameReader(line.length);
  expect(read(`${line}\n\n${line}\n`, reader)).toHaveLength(2);
  read('[{"id":"a"', reader);
  expect(() => read('"   }]', reader)).toThrow(AppError);
});
