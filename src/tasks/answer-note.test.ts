import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { rejection } from "../testing/rejection.ts";
import { AnswerNote } from "./answer-note.ts";
import type { Task } from "./task.ts";
import { TaskBench } from "./testing/task-bench.ts";

let bench: TaskBench;
let timers: FakeTimers;
let errors: string[];

beforeEach(async () => {
  bench = await TaskBench.start();
  await bench.watch();
  timers = new FakeTimers();
  errors = [];
});
afterEach(() => bench.stop());

async function setup(): Promise<{ task: Task; question: Widget; answer: AnswerNote }> {
  const question = await bench.write("{{Why?}}", {
    location: { x: 500, y: 500 },
    background_color: "#fff2b3ff",
  });
  const task = await bench.taskFor(question);
  return { task, question, answer: answerNote(task, question) };
}

function answerNote(task: Task, trigger: Widget): AnswerNote {
  return new AnswerNote({
    task,
    board: bench.board,
    anchor: trigger,
    signal: new AbortController().signal,
    timers,
    mayCreate: Promise.resolve(),
    onCreated: (id) => {
      task.answerId = id;
    },
    onError: (error) => {
      errors.push(error.code);
      bench.nudge();
    },
  });
}

/** The text of the answer as the live picture has it. */
function shown(text: string): Promise<Widget> {
  return bench.until(() => [...bench.board.state.all()].find((widget) => widget.text === text));
}

const LONG = "A long line of an answer that grows and grows.\n".repeat(30).trim();

test("appears beside the question with the first text, grows, and ends with the last", async () => {
  const { task, question, answer } = await setup();
  answer.show("  ");
  answer.show("Be");
  const created = await shown("Be");
  expect(created.title).toBe(`AI answer ${task.correlationId}`);
  expect(created.location?.x).toBeGreaterThanOrEqual(500 + (question.size?.width ?? 0));
  answer.show("Because");
  timers.advance(500);
  await shown("Because");
  await answer.finish(LONG);
  const [note, ...others] = await bench.answers();
  expect(others).toEqual([]);
  expect(note).toMatchObject({ text: LONG, id: task.answerId });
  expect(note?.size?.height ?? 0).toBeGreaterThan(created.size?.height ?? 0);
});

test("what stands there already is not written once more, but what failed to be written is", async () => {
  const { answer } = await setup();
  await bench.server.faults({ kind: "reset", when: "after", method: "PATCH", count: 10 });
  answer.show("Because.");
  await shown("Because.");
  answer.show("Because. Why?");
  timers.advance(500);
  // Its reply is lost, each time it is tried.
  await shown("Because. Why?");
  await bench.until(() => errors[0]);
  await bench.server.fetch("/_sim/faults", { method: "DELETE" });
  await answer.finish("Because.");
  expect((await bench.answers())[0]?.text).toBe("Because.");
});

test("an answer that came at once is written once", async () => {
  const { answer } = await setup();
  answer.show("Because.");
  await shown("Because.");
  await bench.server.faults({ kind: "status", status: 500, method: "PATCH" });
  await answer.finish("Because.");
  expect((await bench.answers())[0]?.text).toBe("Because.");
});

test("braces in an answer never ask again", async () => {
  const { answer } = await setup();
  await answer.finish("Use {{name}} in the template.");
  const [note] = await bench.answers();
  expect(note?.text).not.toMatch(/\{\{|\}\}/);
  expect(note?.text?.replaceAll("\u2060", "")).toBe("Use {{name}} in the template.");
});

test("a creation whose reply got lost does not keep the first half of the answer", async () => {
  const { answer } = await setup();
  await bench.server.faults([
    { kind: "reset", when: "after", method: "POST", count: 1 },
    // Nor can it be looked for at once.
    { kind: "status", status: 503, method: "GET", path: "*/notes", count: 2 },
  ]);
  answer.show("Half");
  await answer.finish("The whole.");
  expect(errors).toEqual(["CANVUS_SERVER_ERROR"]);
  expect((await bench.answers()).map((note) => note.text)).toEqual(["The whole."]);
});

test("another attempt takes over the note of the one before, with its own text", async () => {
  const { task, question, answer } = await setup();
  await bench.server.faults([
    { kind: "reset", when: "after", method: "POST", count: 1 },
    { kind: "status", status: 503, method: "GET", path: "*/notes", count: 2 },
  ]);
  expect(await rejection(answer.finish("Half"))).toMatchObject({ code: "CANVUS_SERVER_ERROR" });
  expect(task.answerId).toBeNull();
  await answerNote(task, question).finish(LONG);
  const [note, ...others] = await bench.answers();
  expect(others).toEqual([]);
  expect(note).toMatchObject({ text: LONG, id: task.answerId });
  expect(note?.size?.height).toBeGreaterThan(600);
});

test("stays where people move it while it grows", async () => {
  const { answer } = await setup();
  answer.show("Be");
  const { id } = await shown("Be");
  await bench.server.widget("PATCH", `notes/${id}`, { location: { x: 4000, y: 3000 } });
  await bench.until(() => bench.board.state.get(id)?.location?.x === 4000);
  await answer.finish(LONG);
  expect((await bench.answers())[0]).toMatchObject({ text: LONG, location: { x: 4000, y: 3000 } });
});

test("stands beside the question where that is now, not where it was when it was claimed", async () => {
  const { question, answer } = await setup();
  await bench.server.widget("PATCH", `notes/${question.id}`, { location: { x: 5000, y: 2000 } });
  await bench.until(() => bench.board.state.get(question.id)?.location?.x === 5000);
  await answer.finish("Because.");
  expect((await bench.answers())[0]?.location).toMatchObject({ y: 2000 });
});

test("what cannot be written is told while it grows, and thrown at the end", async () => {
  const { answer } = await setup();
  answer.show("Be");
  const { id } = await shown("Be");
  await bench.server.canvas("DELETE", `notes/${id}`);
  answer.show("Because");
  timers.advance(500);
  expect(await rejection(answer.finish("Because of this."))).toMatchObject({ code: "CANVUS_NOT_FOUND" });
  expect(errors).toEqual(["CANVUS_NOT_FOUND"]);
});
