import { expect, test } from "bun:test";
import fc from "fast-check";
import { AppError } from "../errors/app-error.ts";
import { LineReader } from "./line-reader.ts";

const encoder = new TextEncoder();

function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const ends = [...new Set(positions.map((position) => position % (bytes.length + 1)))].sort((a, b) => a - b);
  const starts = [0, ...ends];
  return starts.map((start, index) => bytes.slice(start, ends[index]));
}

test("lines come out whole wherever the bytes are cut, with either line end", () => {
  const line = fc
    .string({ unit: "binary", minLength: 1 })
    .map((text) => JSON.stringify(`x${text}`))
    .filter((text) => !text.includes("\ufeff") && text.isWellFormed());
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\n\n", "\n\r\n"))),
      fc.array(fc.nat()),
      (lines, positions) => {
        const bytes = encoder.encode(lines.map(([text, end]) => text + end).join(""));
        const reader = new LineReader();
        const got = cut(bytes, positions).flatMap((chunk) => reader.push(chunk));
        expect(got).toEqual(lines.map(([text]) => text));
        expect(reader.pendingBytes).toBe(0);
      },
    ),
    { numRuns: 50 },
  );
});

test("a character cut in the middle is put together again, byte by byte", () => {
  const reader = new LineReader();
  const bytes = encoder.encode('["Grüße 👋 東京"]\n');
  const lines = [...bytes].flatMap((byte) => reader.push(Uint8Array.of(byte)));
  expect(lines).toEqual(['["Grüße 👋 東京"]']);
});

test("blank lines are keep-alives and never lines", () => {
  const reader = new LineReader();
  expect(reader.push(encoder.encode("\n\r\n  \n"))).toEqual([]);
  expect(reader.keepAlives).toBe(3);
});

test("an unfinished line waits and is counted", () => {
  const reader = new LineReader();
  expect(reader.push(encoder.encode('[{"id"'))).toEqual([]);
  expect(reader.pendingBytes).toBe(6);
});

test("a line over the limit is a loud error, one of exactly the limit is not", () => {
  expect(new LineReader(4).push(encoder.encode("1234\n"))).toEqual(["1234"]);
  const reader = new LineReader(4);
  reader.push(encoder.encode("123"));
  expect(() => reader.push(encoder.encode("45"))).toThrow(AppError);
});

test("a huge line in many small pieces takes linear time", () => {
  const reader = new LineReader();
  const piece = new Uint8Array(16 * 1024).fill(0x61);
  const startedAt = performance.now();
  for (let i = 0; i < 2048; i += 1) reader.push(piece);
  const [line] = reader.push(Uint8Array.of(0x0a));
  expect(line?.length).toBe(32 * 1024 * 1024);
  // Quadratic joining copies 32 GB here; linear work takes a small part of a second even on a busy machine.
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
