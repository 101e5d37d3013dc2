import { expect, test } from "bun:test";
import { OutputTail } from "./output-tail.ts";

function stream(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}

test("gives whole lines, also when they and their characters come in pieces", async () => {
  const lines: string[] = [];
  const tail = new OutputTail((line) => lines.push(line));
  const euro = new TextEncoder().encode("€");
  await tail.follow(stream("one\ntw", "o\r\n\n", euro.subarray(0, 1), euro.subarray(1), " last"));
  expect(lines).toEqual(["one", "two", "€ last"]);
  expect(tail.text).toBe("one\ntwo\n€ last\n");
});

test("stays small whatever comes", async () => {
  const lines: string[] = [];
  const tail = new OutputTail(
    (line) => lines.push(line),
    () => 5000,
  );
  const noise = new Uint8Array(200_000).map((_, index) => (index * 7919) % 256);
  await tail.follow(stream("x".repeat(300_000), noise, "y\n".repeat(5000)));
  expect(tail.text.length).toBeLessThanOrEqual(8192);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(2000);
  expect(lines.length).toBe(100);
  expect(tail.linesLeftOut).toBeGreaterThan(4000);
});
