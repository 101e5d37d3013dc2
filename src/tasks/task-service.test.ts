import { afterEach, beforeEach, expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { systemTimers } from "../timers.ts";
import { hasStatus, withStatus } from "../triggers/our-marks.ts";
import { ServiceBench } from "./testing/service-bench.ts";
import { ScriptedAbility } from "./testing/task-bench.ts";

let services: ServiceBench;

beforeEach(async () => {
  services = await ServiceBench.begin();
});
afterEach(() => services.stop());

test("a status line that a killed service left behind, or wrote late, goes; one typed by people stays", async () => {
  const left = await services.bench.write(withStatus("Why?", "starting …"));
  const typed = await services.bench.write("⏳ AI: typed by people");
  await services.start();
  await services.shows(left, (text) => text === "Why?");
  await services.bench.server.widget("PATCH", `notes/${left.id}`, { text: withStatus("Why?", "late") });
  await services.shows(left, hasStatus);
  await services.shows(left, (text) => text === "Why?");
  expect(await services.bench.textOf(typed.id)).toBe("⏳ AI: typed by people");
  expect(services.bench.rows()).toEqual([]);
});

test("a journal that fails for a moment loses no question", async () => {
  let failures = 2;
  const { journal } = services.bench;
  await services.start(
    {},
    {
      ...journal,
      begin: async (row) => {
        failures -= 1;
        if (failures >= 0) throw new AppError("STORAGE_UNAVAILABLE", "The disk is full.");
        return journal.begin(row);
      },
    },
  );
  await services.bench.write("{{Why?}}");
  await services.answerAll(1);
  expect(await services.ended(1)).toEqual(["succeeded"]);
});

test("a question that people add while the first is answered is answered after it", async () => {
  await services.start();
  const note = await services.bench.write("{{One?}}");
  const first = await services.script.next();
  const claimed = await services.shows(note, hasStatus);
  await services.bench.server.widget("PATCH", `notes/${note.id}`, { text: `${claimed.text}\n{{Two?}}` });
  await services.bench.until(() => services.bench.rows()[1]);
  first.answer("1");
  (await services.script.next()).answer("2");
  expect(await services.ended(2)).toEqual(["succeeded", "succeeded"]);
  expect((await services.bench.answers()).map(({ text }) => text)).toEqual(["1", "2"]);
  expect(await services.bench.textOf(note.id)).toBe("One?\nTwo?");
});

test("deleting the question cancels it, while it is answered and while it waits; its half answer goes too", async () => {
  await services.start({ maxRunning: 1 });
  const running = await services.bench.write("{{a}}");
  const call = await services.script.next();
  const waiting = await services.bench.write("{{b}}");
  await services.shows(waiting, hasStatus);
  call.request.show("Half");
  await services.bench.until(() => services.bench.rows()[0]?.response_widget_id ?? undefined);
  for (const note of [waiting, running]) await services.bench.server.canvas("DELETE", `notes/${note.id}`);
  expect(await services.ended(2)).toEqual(["cancelled", "cancelled"]);
  expect(await services.bench.notes()).toEqual([]);
  expect(services.script.calls).toHaveLength(1);
});

test("a stop leaves what runs and what waits in the journal, and the next service finishes it", async () => {
  const first = await services.start({ maxRunning: 1 });
  const notes = [await services.bench.write("{{a}}"), await services.bench.write("{{b}}")];
  await services.script.next();
  await services.shows(notes[1] ?? never(), hasStatus);
  await first.stop();
  expect(services.bench.rows().map((row) => row.status)).toEqual(["running", "pending"]);
  expect(await services.bench.answers()).toEqual([]);
  services.script = new ScriptedAbility();
  await services.start();
  await services.answerAll(2);
  expect(await services.ended(2)).toEqual(["succeeded", "succeeded"]);
  expect(await services.bench.answers()).toHaveLength(2);
  for (const note of notes) expect(await services.bench.textOf(note.id)).toMatch(/^[ab]$/);
});

test("closed, it lets what runs end and begins nothing more; a stop names what did not end", async () => {
  const service = await services.start({ maxRunning: 1 });
  await services.bench.write("{{a}}");
  const running = await services.script.next();
  const waiting = await services.bench.write("{{b}}");
  await services.shows(waiting, hasStatus);
  await service.close();
  const drained = service.drained();
  running.answer("A");
  await drained;
  expect(services.bench.rows().map((row) => row.status)).toEqual(["succeeded", "pending"]);
  await service.stop();
  expect(services.bench.logger.text()).toContain("prompts are left to the next start");
  const second = await services.start();
  const { request } = await services.script.next();
  await second.stop();
  const named = services.bench.logger.entries.find((entry) =>
    entry.message.includes("not finished; the next start"),
  );
  expect(named?.fields).toMatchObject({
    correlation_id: request.correlationId,
    operation_type: "note_prompt",
    duration_ms: expect.any(Number),
  });
});

test("a note that a killed service's request creates after the restart is taken away as a twin", async () => {
  const note = await services.bench.write("{{Why?}}");
  const task = await services.bench.taskFor(note);
  await services.start();
  await services.answerAll(1);
  await services.ended(1);
  const twin = await services.bench.write("Half", { title: `AI answer ${task.correlationId}` });
  await services.bench.until(() => services.bench.board.state.get(twin.id));
  await services.bench.until(() => (services.bench.board.state.get(twin.id) ? undefined : true));
  expect((await services.bench.answers()).map(({ text }) => text)).toEqual(["To: Why?"]);
});

test("a prompt that stops the service again and again ends with a friendly note", async () => {
  const note = await services.bench.write("{{Why?}}");
  const task = await services.bench.taskFor(note);
  await services.bench.journal.update(task.correlationId, {
    status: "running",
    stage: "claimed",
    attempts: 20,
  });
  await services.start();
  expect(await services.ended(1)).toEqual(["failed"]);
  expect((await services.bench.answers())[0]?.text).toContain("never came to an end");
  expect(await services.bench.textOf(note.id)).not.toContain("⏳");
  expect(services.script.calls).toEqual([]);
});

test("what is not tried again is in the log once", async () => {
  await services.start();
  await services.bench.write("{{Why?}}");
  (await services.script.next()).fail(new AppError("INFERENCE_FAILED", "The model gave an empty answer."));
  await services.bench.logger.logged("prompt failed");
  const complaints = services.bench.logger.entries.filter(
    ({ level }) => level === "warn" || level === "error",
  );
  expect(complaints.map(({ message }) => message)).toEqual(["prompt failed"]);
});

test("an answer with braces in it asks nothing", async () => {
  await services.start();
  const note = await services.bench.write("{{How do templates work?}}");
  (await services.script.next()).answer("With {{name}}.");
  await services.ended(1);
  await services.bench.write("a change that is seen after the answer");
  await services.bench.until(() =>
    [...services.bench.board.state.all()].find(({ text }) => text?.startsWith("a change")),
  );
  expect(services.bench.rows()).toHaveLength(1);
  expect(await services.bench.textOf(note.id)).toBe("How do templates work?");
});

test("a canvas that is down for longer than all retries fails nothing", async () => {
  await services.start();
  await services.bench.write("{{Why?}}");
  const call = await services.script.next();
  services.bench.onAvailable(false);
  await services.bench.server.faults({ kind: "status", status: 503, subscribe: false });
  call.answer("Because.");
  // Nothing but the log tells that an attempt was in vain.
  await services.bench.logger.logged("prompt not finished");
  await services.bench.server.fetch("/_sim/faults", { method: "DELETE" });
  services.bench.onAvailable(true);
  (await services.script.next()).answer("Because.");
  expect(await services.ended(1)).toEqual(["succeeded"]);
});

function never(): never {
  throw new Error("there must be such a note");
}

test.each([-1, 1])(
  "a clock that is set by %i hour neither delays a prompt nor gives it up",
  async (hours) => {
    let setBy = 0;
    await services.start({ maxRunning: 1 }, services.bench.journal, {
      ...systemTimers,
      now: () => Date.now() + setBy,
    });
    await services.bench.write("{{a}}");
    await services.bench.write("{{b}}");
    const running = await services.script.next();
    setBy = hours * 60 * 60_000;
    running.fail(new AppError("RUNNER_CRASHED", "crashed"));
    await services.answerAll(2);
    expect(await services.ended(2)).toEqual(["succeeded", "succeeded"]);
    for (const { duration_ms } of services.bench.rows()) {
      expect(duration_ms).toBeGreaterThanOrEqual(0);
      expect(duration_ms).toBeLessThan(60 * 60_000);
    }
  },
);
