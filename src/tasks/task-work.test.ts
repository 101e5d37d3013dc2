import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import type { JournalChanges } from "../storage/journal-store.ts";
import type { Journal } from "../storage/storage.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { rejection } from "../testing/rejection.ts";
import { systemTimers } from "../timers.ts";
import { withStatus } from "../triggers/our-marks.ts";
import { recoverTask } from "./recovery.ts";
import type { Task } from "./task.ts";
import { TaskWork } from "./task-work.ts";
import { ScriptedAbility, TaskBench } from "./testing/task-bench.ts";

let bench: TaskBench;
let timers: FakeTimers;
let script: ScriptedAbility;
let abort: AbortController;

beforeEach(async () => {
  bench = await TaskBench.start();
  timers = new FakeTimers();
  script = new ScriptedAbility();
  abort = new AbortController();
});
afterEach(() => bench.stop());

function work(task: Task, journal: Journal = bench.journal): TaskWork {
  return new TaskWork({
    task,
    board: bench.board,
    journal,
    ability: script.ability,
    timers,
    signal: abort.signal,
  });
}

async function ask(text = "{{Why?}}"): Promise<{ note: Widget; task: Task }> {
  const note = await bench.write(text);
  return { note, task: await bench.taskFor(note) };
}

const failure = new AppError("INFERENCE_FAILED", "The model gave an empty answer.");

describe("answer", () => {
  test("claims, answers, takes the status line away and closes the journal", async () => {
    const { note, task } = await ask();
    const call = script.next();
    const done = work(task).answer();
    const { request, answer } = await call;
    expect(request).toMatchObject({ prompt: "Why?", correlationId: task.correlationId });
    expect(await bench.textOf(note.id)).toBe(withStatus("Why?", "starting …"));
    expect(bench.rows()).toMatchObject([{ status: "running", stage: "claimed" }]);
    answer("Because.");
    await done;
    expect(await bench.textOf(note.id)).toBe("Why?");
    const [answerNote] = await bench.answers();
    expect(answerNote?.text).toBe("Because.");
    expect(bench.rows()).toMatchObject([
      { status: "succeeded", stage: "answered", response: "Because.", response_widget_id: answerNote?.id },
    ]);
  });

  test("the model begins while the journal is still written; no answer is created before that", async () => {
    const { task } = await ask();
    const disk = Promise.withResolvers<void>();
    const journal = {
      ...bench.journal,
      update: async (id: string, changes: JournalChanges) => {
        if (changes.stage === "claimed") await disk.promise;
        await bench.journal.update(id, changes);
      },
    };
    const call = script.next();
    const done = work(task, journal).answer();
    const { request, answer } = await call;
    expect(task.stage).toBe("queued");
    request.show("Half");
    answer("Because.");
    await bench.server.canvas("GET", "notes");
    expect(await bench.answers()).toEqual([]);
    disk.resolve();
    await done;
    expect((await bench.answers()).map(({ text }) => text)).toEqual(["Because."]);
  });

  test("an announced task is claimed once; the announcement is replaced", async () => {
    const { note, task } = await ask();
    await work(task).announce("waiting, 3 before this one …");
    expect(await bench.textOf(note.id)).toBe(withStatus("Why?", "waiting, 3 before this one …"));
    expect(task.stage).toBe("claimed");
    const call = script.next();
    const done = work(task).answer();
    (await call).answer("Because.");
    await done;
    expect(await bench.textOf(note.id)).toBe("Why?");
  });

  test("a failed attempt leaves the task open, and the next one goes on with the same note", async () => {
    const { task } = await ask();
    let call = script.next();
    const first = rejection(work(task).answer());
    const { request, fail } = await call;
    request.show("Half");
    await bench.until(() => bench.rows()[0]?.response_widget_id ?? undefined);
    fail(new AppError("RUNNER_CRASHED", "crashed"));
    expect(await first).toMatchObject({ code: "RUNNER_CRASHED" });
    call = script.next();
    const second = work(task).answer();
    (await call).answer("Because.");
    await second;
    expect((await bench.answers()).map((note) => note.text)).toEqual(["Because."]);
  });

  test("the answer note deleted by people while it grows: that cancels the task", async () => {
    const { task } = await ask();
    const call = script.next();
    const done = rejection(work(task).answer());
    const { request, answer } = await call;
    request.show("Half");
    const id = await bench.until(() => bench.rows()[0]?.response_widget_id ?? undefined);
    await bench.server.canvas("DELETE", `notes/${id}`);
    answer("Because.");
    expect(await done).toMatchObject({ code: "CANCELLED" });
  });

  test("an abort ends it with its reason, and nothing is written afterwards", async () => {
    const { note, task } = await ask();
    const call = script.next();
    const done = rejection(work(task).answer());
    await call;
    abort.abort(new AppError("PROMPT_TIMEOUT", "too long"));
    expect(await done).toMatchObject({ code: "PROMPT_TIMEOUT" });
    script.calls[0]?.request.show("too late");
    timers.advance(10_000);
    expect(await bench.answers()).toEqual([]);
    expect(await bench.textOf(note.id)).toBe(withStatus("Why?", "starting …"));
    expect(bench.rows()).toMatchObject([{ status: "running" }]);
  });

  test("a question that was changed before it was claimed is left alone", async () => {
    const { note, task } = await ask();
    await bench.server.widget("PATCH", `notes/${note.id}`, { text: "{{Why not?}}" });
    expect(await rejection(work(task).answer())).toMatchObject({ code: "CANCELLED" });
    await work(task).withdraw();
    expect(await bench.textOf(note.id)).toBe("{{Why not?}}");
    expect(bench.rows()).toMatchObject([{ status: "cancelled" }]);
  });
});

test("of two notes that a killed service created for one answer, one is left", async () => {
  const { task } = await ask();
  const title = `AI answer ${task.correlationId}`;
  const texts = async () => (await bench.answers()).map(({ text }) => text);
  await bench.write("Half", { title });
  await bench.write("Half", { title });
  await bench.journal.update(task.correlationId, { status: "running", stage: "claimed" });
  const [row] = await bench.journal.live();
  if (!row) throw new Error("there must be a row");
  const call = script.next();
  const done = work(recoverTask(row, systemTimers)).answer();
  (await call).answer("Because.");
  await done;
  expect(await texts()).toEqual(["Because."]);
});

describe("report", () => {
  test("a friendly note says why there is no answer, and the question stands without braces", async () => {
    const { note, task } = await ask();
    await work(task).report(failure);
    const [told] = await bench.answers();
    expect(told?.text).toContain("The model gave an empty answer.");
    expect(told?.text).toContain(task.correlationId);
    expect(await bench.textOf(note.id)).toBe("Why?");
    expect(bench.rows()).toMatchObject([{ status: "failed", error_code: "INFERENCE_FAILED" }]);
  });

  test("stands in the note that holds the first half of the answer", async () => {
    const { task } = await ask();
    const call = script.next();
    const attempt = rejection(work(task).answer());
    const { request, fail } = await call;
    request.show("Half");
    await bench.until(() => bench.rows()[0]?.response_widget_id ?? undefined);
    fail(failure);
    await attempt;
    await work(task).report(failure);
    const answers = await bench.answers();
    expect(answers).toHaveLength(1);
    expect(answers[0]?.text).toStartWith("Sorry");
  });

  test.each([403, 404])("a canvas that refuses with %d closes the journal all the same", async (status) => {
    const { task } = await ask();
    await bench.server.faults({ kind: "status", status, path: "*/notes*" });
    await work(task).report(failure);
    expect(bench.rows()).toMatchObject([{ status: "failed", error_code: "INFERENCE_FAILED" }]);
  });

  test("a server in trouble is waited for: the journal stays open until people have been told", async () => {
    const { task } = await ask();
    await bench.server.faults({ kind: "status", status: 503 });
    expect(await rejection(work(task).report(failure))).toMatchObject({ code: "CANVUS_SERVER_ERROR" });
    expect(bench.rows()).toMatchObject([{ status: "pending" }]);
    await bench.server.fetch("/_sim/faults", { method: "DELETE" });
    await work(task).report(failure);
    expect(bench.rows()).toMatchObject([{ status: "failed" }]);
  });

  test("a stop in its middle leaves the journal open for the next start", async () => {
    const { task } = await ask();
    abort.abort(new AppError("CANCELLED", "The service is stopping."));
    expect(await rejection(work(task).report(failure))).toMatchObject({ code: "CANCELLED" });
    expect(bench.rows()).toMatchObject([{ status: "pending" }]);
  });

  test("never writes over a complete answer whose status line alone could not be taken away", async () => {
    const { note, task } = await ask();
    const call = script.next();
    const done = rejection(work(task).answer());
    const { request, answer } = await call;
    request.show("Because");
    await bench.until(() => bench.rows()[0]?.response_widget_id ?? undefined);
    await bench.server.faults({ kind: "status", status: 503, path: `*/${note.id}` });
    answer("Because.");
    expect(await done).toMatchObject({ code: "CANVUS_SERVER_ERROR" });
    await bench.server.fetch("/_sim/faults", { method: "DELETE" });
    await work(task).report(new AppError("CANVUS_SERVER_ERROR", "503"));
    expect((await bench.answers()).map(({ text }) => text)).toEqual(["Because."]);
    expect(await bench.textOf(note.id)).toBe("Why?");
    expect(bench.rows()).toMatchObject([{ status: "succeeded" }]);
  });
});

describe("withdraw", () => {
  test("takes the half answer and the status line away", async () => {
    const { note, task } = await ask();
    const call = script.next();
    const attempt = rejection(work(task).answer());
    (await call).request.show("Half");
    await bench.until(() => bench.rows()[0]?.response_widget_id ?? undefined);
    abort.abort(new AppError("CANCELLED", "deleted"));
    await attempt;
    abort = new AbortController();
    await work(task).withdraw();
    expect(await bench.answers()).toEqual([]);
    expect(await bench.textOf(note.id)).toBe("Why?");
    expect(bench.rows()).toMatchObject([{ status: "cancelled" }]);
  });

  test("finds a note whose creation got no reply, also when it turns up later", async () => {
    await bench.watch();
    const { task } = await ask();
    task.stage = "claimed";
    const title = `AI answer ${task.correlationId}`;
    await bench.write("Half", { title });
    await work(task).withdraw();
    expect(await bench.answers()).toEqual([]);
    const late = await bench.write("Half", { title });
    await bench.until(() => bench.board.state.get(late.id));
    await bench.until(() => (bench.board.state.get(late.id) ? undefined : true));
    expect(await bench.answers()).toEqual([]);
  });

  test("a canvas that refuses closes the journal all the same", async () => {
    const { task } = await ask();
    task.answerId = "some-note";
    await bench.server.faults({ kind: "status", status: 403, method: "DELETE" });
    await work(task).withdraw();
    expect(bench.rows()).toMatchObject([{ status: "cancelled" }]);
  });
});
