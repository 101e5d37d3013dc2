import { beforeEach, expect, test } from "bun:test";
import { JournalMemory } from "./journal-memory.ts";
import type { HistoryInsert } from "./schema.ts";

let memory: JournalMemory;

beforeEach(() => {
  memory = new JournalMemory();
});

function question(id: string, changes: Partial<HistoryInsert> = {}): HistoryInsert {
  return {
    correlation_id: id,
    canvas_id: "canvas",
    widget_id: `widget of ${id}`,
    operation_type: "note_prompt",
    prompt: "What?",
    content_hash: "hash",
    status: "pending",
    stage: "queued",
    created_at: "2026-01-01T00:00:00.000Z",
    ...changes,
  };
}

function unwritten(): string[] {
  return memory.unwrittenRows().map((row) => `${row.correlation_id} ${row.status}`);
}

test("does what the database does with a question that is asked twice", () => {
  memory.taken(question("a"));
  expect(memory.begin(question("b", { widget_id: "widget of a" }))).toBe(false);
  expect(memory.begin(question("a"))).toBe(true);
  memory.change("a", { status: "succeeded" });
  expect(memory.begin(question("c", { widget_id: "widget of a" }))).toBe(true);
});

test("rows that the database has are forgotten when they end", () => {
  memory.taken(question("a"));
  const row = memory.change("a", { status: "succeeded" });
  if (row) memory.acknowledge(row);
  expect(memory.live()).toEqual([]);
  expect(memory.unwritten).toBe(0);
  expect(memory.change("a", { response: "late" })).toBeNull();
});

test("a change that comes while an older one is written is not taken for written", () => {
  memory.begin(question("a"));
  const [sent] = memory.unwrittenRows();
  memory.change("a", { status: "running" });
  if (sent) memory.acknowledge(sent);
  expect(unwritten()).toEqual(["a running"]);
});

test("the last state of each row waits to be written, ended ones first", () => {
  memory.taken(question("a"));
  memory.begin(question("b"));
  memory.change("a", { status: "failed" });
  memory.keep("a");
  expect(unwritten()).toEqual(["a failed", "b pending"]);
});

test("after damage everything is written again", () => {
  memory.taken(question("a"));
  memory.keepAll();
  expect(unwritten()).toEqual(["a pending"]);
});

test("ended prompts that the disk has never seen are given up when there are too many, and counted; others never", () => {
  memory.taken(question("on disk"));
  memory.change("on disk", { status: "succeeded" });
  memory.keep("on disk");
  for (let index = 0; index < 5002; index++) {
    memory.begin(question(`${index}`));
    memory.change(`${index}`, { status: "succeeded" });
    memory.keep(`${index}`);
  }
  expect(memory.lost).toBe(3);
  expect(unwritten().slice(0, 2)).toEqual(["on disk succeeded", "3 succeeded"]);
});
