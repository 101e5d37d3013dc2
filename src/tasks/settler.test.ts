import { expect, test } from "bun:test";
import { FakeTimers } from "../testing/fake-timers.ts";
import { Settler } from "./settler.ts";

function setup() {
  const timers = new FakeTimers();
  const settled: string[] = [];
  const settler = new Settler({ settleMs: 1000, timers });
  const touch = (key: string, content: string) =>
    settler.touch(key, content, () => settled.push(`${key} ${content}`));
  return { timers, settled, settler, touch };
}

test("each new text starts the wait again, the same text does not", () => {
  const { timers, settled, settler, touch } = setup();
  touch("note", "half");
  timers.advance(900);
  touch("note", "whole");
  timers.advance(900);
  touch("note", "whole");
  expect(settled).toEqual([]);
  timers.advance(100);
  expect(settled).toEqual(["note whole"]);
  expect(settler.size).toBe(0);
});

test("notes wait beside each other; a forgotten one never settles", () => {
  const { timers, settled, settler, touch } = setup();
  touch("one", "a");
  touch("two", "b");
  settler.forget("one");
  settler.forget("unknown");
  timers.advance(1000);
  expect(settled).toEqual(["two b"]);
});

test("nothing settles after a stop", () => {
  const { timers, settled, settler, touch } = setup();
  touch("one", "a");
  settler.stop();
  timers.advance(5000);
  expect(settled).toEqual([]);
  expect([settler.size, timers.pending]).toEqual([0, 0]);
});

test("what settles may wait again", () => {
  const { timers, settled, touch } = setup();
  touch("note", "a");
  timers.advance(1000);
  touch("note", "a");
  timers.advance(1000);
  expect(settled).toEqual(["note a", "note a"]);
});
