import { expect, test } from "bun:test";
import { createStreamWriter, type OutputStream } from "./stderr-writer.ts";

/** A reader that takes what was written only when told to. */
class SlowStream implements OutputStream {
  readonly written: string[] = [];
  readonly #waiting: (() => void)[] = [];
  #fail: (error: Error) => void = () => undefined;

  write(text: string, done: () => void): boolean {
    this.written.push(text);
    this.#waiting.push(done);
    return false;
  }

  on(_event: "error", listener: (error: Error) => void): void {
    this.#fail = listener;
  }

  drain(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  fail(): void {
    this.#fail(new Error("ENOSPC"));
  }
}

test("a reader that stalls costs entries, not memory, and the log says how many", () => {
  const stream = new SlowStream();
  const writer = createStreamWriter(stream, 10);
  for (let i = 0; i < 5; i++) writer.write("1234\n");
  expect(stream.written).toHaveLength(2);
  expect(writer.dropped).toBe(3);

  stream.drain();
  writer.write("5678\n");
  const notice = JSON.parse(stream.written[2] ?? "");
  expect(notice).toMatchObject({ level: "warn", dropped_entries: 3 });
  expect(stream.written[3]).toBe("5678\n");
});

test("a full disk or a closed pipe is counted and survived", () => {
  const stream = new SlowStream();
  const writer = createStreamWriter(stream);
  writer.write("a\n");
  stream.fail();
  expect(writer.dropped).toBe(1);
  writer.write("b\n");
  expect(stream.written.at(-1)).toBe("b\n");
});
