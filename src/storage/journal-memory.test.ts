import { beforeEach, expect, test } from "bun:test";
import { JournalMemory } from "./journal-memory.ts";
import { newPrompt } from "./testing/sample-rows.ts";

let memory: JournalMemory;

beforeEach(() => {
  memory = new JournalMemory();
});

function unwritten(): string[] {
  return memory.unwrittenRows().map((row) => `${row.correlation_id} ${row.status}`);
}

test("does what the database does with a question that is asked twice", () => {
  memory.taken(newPrompt("a"));
  expect(memory.begin(newPrompt("b", { widget_id: "widget of a" }))).toBe(false);
  expect(memory.begin(newPrompt("a"))).toBe(true);
  memory.change("a", { status: "succeeded" });
  expect(memory.begin(newPrompt("c", { widget_id: "widget of a" }))).toBe(true);
});

test("rows that the database has are forgotten when they end", () => {
  memory.taken(newPrompt("a"));
  const row = memory.change("a", { status: "succeeded" });
  if (row) memory.acknowledge(row);
  expect(memory.live()).toEqual([]);
  expect(memory.unwritten).toBe(0);
  expect(memory.change("a", { response: "late" })).toBeNull();
});

test("a change that comes while an older one is written is not taken for written", () => {
  memory.begin(newPrompt("a"));
  const [sent] = memory.unwrittenRows();
  memory.change("a", { status: "running" });
  if (sent) memory.acknowledge(sent);
  expect(unwritten()).toEqual(["a running"]);
});

test("the last state of each row waits to be written, ended ones first", () => {
  memory.taken(newPrompt("a"));
  memory.begin(newPrompt("b"));
  memory.change("a", { status: "failed" });
  memory.keep("a");
  expect(unwritten()).toEqual(["a failed", "b pending"]);
});

test("after damage everything is written again", () => {
  memory.taken(newPrompt("a"));
  memory.keepAll();
  expect(unwritten()).toEqual(["a pending"]);
});

test("ended prompts that the disk has never seen are given up when there are too many, and counted; others never", () => {
  memory.taken(newPrompt("on disk"));
  memory.change("on disk", { status: "succeeded" });
  memory.keep("on disk");
  for (let index = 0; index < 5002; index++) {
    memory.begin(newPrompt(`${index}`));
    memory.change(`${index}`, { status: "succeeded" });
    memory.keep(`${index}`);
  }
  expect(memory.lost).toBe(3);
  expect(unwritten().slice(0, 2)).toEqual(["on disk succeeded", "3 succeeded"]);
});
