import type { Random } from "../chaos-test/random.ts";

const NUMBERS = ["0", "-1", "65536", "2147483647", "4294967295", "99999999999", "1e9"];
const WORDS = [
  "/Length",
  "/Count",
  "/Kids",
  "/Parent",
  "/Filter",
  "endstream",
  "obj",
  "R",
  "<<",
  ">>",
  "[",
  "]",
];

/** A copy with one to eight faults of the kinds that files have: cut off, bits turned, parts doubled, lost or exchanged. */
export function damaged(original: Uint8Array, random: Random): Uint8Array {
  let bytes = Uint8Array.from(original);
  for (let faults = random.between(1, 8); faults > 0; faults -= 1) {
    const at = random.between(0, Math.max(0, bytes.length - 1));
    const length = random.between(1, 64);
    const kind = random.between(0, 7);
    if (kind === 0 && random.chance(0.25)) bytes = bytes.slice(0, at);
    else if (kind === 1) bytes = spliced(bytes, at, length, new Uint8Array());
    else if (kind === 2) bytes = spliced(bytes, at, 0, bytes.slice(at, at + length));
    else if (kind === 3)
      bytes = spliced(
        bytes,
        at,
        length,
        Uint8Array.from({ length }, () => random.between(0, 255)),
      );
    else if (kind === 4) bytes = withOtherNumber(bytes, at, random);
    else if (kind === 5) bytes = spliced(bytes, at, 0, new TextEncoder().encode(random.pick(WORDS)));
    else bytes[at] = (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
  }
  return bytes;
}

function spliced(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array<ArrayBuffer> {
  const tail = bytes.subarray(Math.min(bytes.length, at + remove));
  const result = new Uint8Array(at + insert.length + tail.length);
  result.set(bytes.subarray(0, at));
  result.set(insert, at);
  result.set(tail, at + insert.length);
  return result;
}

/** Puts a number that harms in the place of the next one: sizes, counts and references in PDFs are decimal. */
function withOtherNumber(bytes: Uint8Array, at: number, random: Random): Uint8Array<ArrayBuffer> {
  const isDigit = (index: number) => (bytes[index] ?? 0) >= 0x30 && (bytes[index] ?? 0) <= 0x39;
  let start = at;
  while (start < bytes.length && !isDigit(start)) start += 1;
  let end = start;
  while (end < bytes.length && isDigit(end)) end += 1;
  return spliced(bytes, start, end - start, new TextEncoder().encode(random.pick(NUMBERS)));
}
