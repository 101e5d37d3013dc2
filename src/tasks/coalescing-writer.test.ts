import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { nextTurn } from "../testing/next-turn.ts";
import { rejection } from "../testing/rejection.ts";
import { CoalescingWriter } from "./coalescing-writer.ts";

/** A slow place that writes when the test says so. */
function setup() {
  const timers = new FakeTimers();
  const written: string[] = [];
  const errors: string[] = [];
  let gate = Promise.withResolvers<void>();
  const writer = new CoalescingWriter<string>({
    write: async (value) => {
      written.push(value);
      await gate.promise;
    },
    intervalMs: 100,
    timers,
    onError: (error) => errors.push(error.code),
  });
  const settle = async (end: (gate: PromiseWithResolvers<void>) => void) => {
    const before = gate;
    gate = Promise.withResolvers<void>();
    end(before);
    await nextTurn();
  };
  return { timers, written, errors, writer, finishWrite: () => settle((gate) => gate.resolve()), settle };
}

test("writes the first value at once, then only the latest, not more often than the interval", async () => {
  const { timers, written, writer, finishWrite } = setup();
  for (const value of ["a", "b", "c"]) writer.push(value);
  expect(written).toEqual(["a"]);
  await finishWrite();
  expect(written).toEqual(["a"]);
  timers.advance(99);
  expect(written).toEqual(["a"]);
  timers.advance(1);
  expect(written).toEqual(["a", "c"]);
});

test("never writes twice at the same time, however long a write takes", async () => {
  const { timers, written, writer, finishWrite } = setup();
  writer.push("a");
  writer.push("b");
  timers.advance(1000);
  expect(written).toEqual(["a"]);
  await finishWrite();
  expect(written).toEqual(["a", "b"]);
});

test("finish drops what waits and writes its own value after the one in flight", async () => {
  const { timers, written, writer, finishWrite } = setup();
  writer.push("a");
  writer.push("dropped");
  const finished = writer.finish("last");
  await finishWrite();
  await finishWrite();
  await finished;
  writer.push("too late");
  timers.advance(1000);
  expect(written).toEqual(["a", "last"]);
});

test("stop waits for the write in flight and takes nothing more", async () => {
  const { timers, written, writer, finishWrite } = setup();
  writer.push("a");
  writer.push("b");
  let stopped = false;
  const stop = writer.stop().then(() => {
    stopped = true;
  });
  await nextTurn();
  expect(stopped).toBe(false);
  await finishWrite();
  await stop;
  writer.push("c");
  timers.advance(1000);
  expect(written).toEqual(["a"]);
  expect(timers.pending).toBe(0);
});

test("a failed write is told, and the next value is written all the same", async () => {
  const { timers, written, errors, writer, settle, finishWrite } = setup();
  writer.push("a");
  writer.push("b");
  await settle((gate) => gate.reject(new AppError("CANVUS_TIMEOUT", "slow")));
  expect(errors).toEqual(["CANVUS_TIMEOUT"]);
  timers.advance(100);
  await finishWrite();
  expect(written).toEqual(["a", "b"]);
});

test("the error of the last write is thrown", async () => {
  const { writer, settle } = setup();
  const thrown = rejection(writer.finish("last"));
  await nextTurn();
  await settle((gate) => gate.reject(new AppError("CANVUS_NOT_FOUND", "gone")));
  expect(await thrown).toMatchObject({ code: "CANVUS_NOT_FOUND" });
});
