import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { rejection } from "../testing/rejection.ts";
import { withStatus } from "../triggers/our-marks.ts";
import type { Task } from "./task.ts";
import { TaskBench } from "./testing/task-bench.ts";
import { TriggerNote } from "./trigger-note.ts";

let bench: TaskBench;

beforeEach(async () => {
  bench = await TaskBench.start();
});
afterEach(() => bench.stop());

function triggerNote(task: Task, signal = new AbortController().signal) {
  const timers = new FakeTimers();
  return { timers, trigger: new TriggerNote({ task, board: bench.board, signal, timers }) };
}

/** People edit a note. */
function edit(note: Widget, text: string): Promise<unknown> {
  return bench.server.widget("PATCH", `notes/${note.id}`, { text });
}

describe("claim", () => {
  test("takes the braces away and puts a status line there, in one write; doing it again does no harm", async () => {
    const note = await bench.write("Context.\n{{Why?}}");
    const { trigger } = triggerNote(await bench.taskFor(note));
    expect((await trigger.claim("starting")).text).toBe("Context.\n{{Why?}}");
    expect(await bench.textOf(note.id)).toBe(withStatus("Context.\nWhy?", "starting"));
    await trigger.claim("again");
    expect(await bench.textOf(note.id)).toBe(withStatus("Context.\nWhy?", "again"));
  });

  test("is recognised when its reply got lost", async () => {
    const note = await bench.write("{{Why?}}");
    const { trigger } = triggerNote(await bench.taskFor(note));
    await bench.server.faults({ kind: "reset", when: "after", method: "PATCH", count: 2 });
    expect(await rejection(trigger.claim("starting"))).toMatchObject({ code: "CANVUS_UNREACHABLE" });
    await trigger.claim("once more");
    expect(await bench.textOf(note.id)).toBe(withStatus("Why?", "once more"));
  });

  test("leaves the braces of a question that people added since", async () => {
    const note = await bench.write("{{Why?}}");
    const task = await bench.taskFor(note);
    const { trigger } = triggerNote(task);
    await trigger.claim("waiting");
    await edit(note, `${withStatus("Why?", "waiting")}\n{{And how?}}`);
    // Nobody knows any more that it was claimed.
    await trigger.claim("starting");
    expect(await bench.textOf(note.id)).toBe(withStatus("Why?\n{{And how?}}", "starting"));
    task.stage = "claimed";
    await trigger.claim("starting");
    expect(await bench.textOf(note.id)).toBe(withStatus("Why?\n{{And how?}}", "starting"));
  });

  test.each([
    ["another question", "{{Why not?}}"],
    ["no question any more", "Never mind"],
    ["another question while it waited for room", withStatus("{{Why not?}}", "many are waiting")],
  ])("is cancelled when the note holds %s, and writes nothing", async (_, text) => {
    const note = await bench.write("{{Why?}}");
    const { trigger } = triggerNote(await bench.taskFor(note));
    await edit(note, text);
    expect(await rejection(trigger.claim("starting"))).toMatchObject({ code: "CANCELLED" });
    expect(await bench.textOf(note.id)).toBe(text);
  });

  test("is cancelled when the note is gone", async () => {
    const note = await bench.write("{{Why?}}");
    const { trigger } = triggerNote(await bench.taskFor(note));
    await bench.server.canvas("DELETE", `notes/${note.id}`);
    expect(await rejection(trigger.claim("starting"))).toMatchObject({ code: "CANCELLED" });
  });
});

test("progress and release keep what people typed meanwhile, below the status line and above", async () => {
  const note = await bench.write("{{Why?}}");
  const { trigger } = triggerNote(await bench.taskFor(note));
  await trigger.claim("starting");
  await edit(note, `So: ${withStatus("Why?", "starting")}\nPlease.`);
  trigger.progress("thinking");
  await trigger.stop();
  expect(await bench.textOf(note.id)).toBe(withStatus("So: Why?\nPlease.", "thinking"));
  await triggerNote(await bench.taskFor(await bench.write("{{other}}"))).trigger.release();
  await trigger.release();
  expect(await bench.textOf(note.id)).toBe("So: Why?\nPlease.");
});

test("a status line that people took away stays away until the end", async () => {
  const note = await bench.write("{{Why?}}");
  const { trigger } = triggerNote(await bench.taskFor(note));
  await trigger.claim("starting");
  await edit(note, "Why?");
  trigger.progress("thinking");
  await trigger.release();
  expect(await bench.textOf(note.id)).toBe("Why?");
});

test("the mark of a status line typed by people is theirs", async () => {
  const note = await bench.write("⏳ AI: {{Why?}}");
  const { trigger } = triggerNote(await bench.taskFor(note));
  await trigger.claim("starting");
  await trigger.release();
  expect(await bench.textOf(note.id)).toBe("⏳ AI: Why?");
});

test("release of a note that is gone needs nothing", async () => {
  const note = await bench.write("{{Why?}}");
  const { trigger } = triggerNote(await bench.taskFor(note));
  await bench.server.canvas("DELETE", `notes/${note.id}`);
  await trigger.release();
});
