import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { AppError } from "../errors/app-error.ts";
import type { Journal } from "../storage/storage.ts";
import { systemTimers, type Timers } from "../timers.ts";
import { hasStatus, withStatus } from "../triggers/our-marks.ts";
import type { SchedulerLimits } from "./scheduler-contract.ts";
import { TaskService } from "./task-service.ts";
import { everyAbility, ScriptedAbility, TaskBench } from "./testing/task-bench.ts";

let bench: TaskBench;
let script: ScriptedAbility;
const services: TaskService[] = [];

beforeEach(async () => {
  bench = await TaskBench.start();
  script = new ScriptedAbility();
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
  await bench.stop();
});

const LIMITS: SchedulerLimits = {
  maxRunning: 2,
  maxQueued: 10,
  maxQueuedPerCanvas: 10,
  maxRetries: 2,
  retryDelayMs: 1,
  processingTimeoutMs: 60_000,
  documentTimeoutMs: 60_000,
};

/** A service that watches the bench's canvas. */
async function start(
  limits: Partial<SchedulerLimits> = {},
  journal: Journal = bench.journal,
  timers: Timers = systemTimers,
) {
  const service = new TaskService({
    limits: { ...LIMITS, ...limits },
    settleMs: 5,
    journal,
    abilities: everyAbility(script.ability),
    timers,
    logger: bench.logger,
  });
  services.push(service);
  const { canvasId } = bench.board;
  bench.onChanges = (changes) => service.onChanges(canvasId, changes);
  bench.onAvailable = (available) => service.canvasAvailable(canvasId, available);
  await service.adopt(bench.board);
  await bench.watch();
  return service;
}

/** The note as the live picture has it, once it is as wished. */
function shows(note: Widget, wish: (text: string) => boolean): Promise<Widget> {
  return bench.until(() => {
    const shown = bench.board.state.get(note.id);
    return shown && wish(shown.text ?? "") ? shown : undefined;
  });
}

function ended(count: number): Promise<string[]> {
  return bench.until(() => {
    const statuses = bench.rows().map((row) => row.status);
    const open = statuses.some((status) => status === "pending" || status === "running");
    return statuses.length >= count && !open ? statuses : undefined;
  });
}

/** Answers every call, now and from now on, with its prompt. */
async function answerAll(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    const call = await script.next();
    call.answer(`To: ${call.request.prompt}`);
  }
}

test("a full queue says so on the canvas; what found no room is taken later, once, in any order", async () => {
  await start({ maxRunning: 1, maxQueued: 1, maxQueuedPerCanvas: 1 });
  const notes = await Promise.all(["a", "b", "c", "d", "e"].map((text) => bench.write(`{{${text}}}`)));
  const first = await script.next();
  const isTold = (text: string) => text.includes("many questions are waiting") && text.includes("{{");
  await bench.until(() => {
    const told = notes.filter(({ id }) => isTold(bench.board.state.get(id)?.text ?? ""));
    return told.length === 3 || undefined;
  });
  expect(bench.rows()).toHaveLength(2);
  first.answer(`To: ${first.request.prompt}`);
  await answerAll(4);
  expect(await ended(5)).toEqual(Array(5).fill("succeeded"));
  expect((await bench.answers()).map(({ text }) => text).sort()).toEqual(
    ["a", "b", "c", "d", "e"].map((text) => `To: ${text}`),
  );
  for (const note of notes) expect(await bench.textOf(note.id)).toMatch(/^[a-e]$/);
});

test("a question that waits for room and is taken back loses its status line", async () => {
  await start({ maxRunning: 1, maxQueued: 1, maxQueuedPerCanvas: 1 });
  const first = await bench.write("{{first}}");
  await script.next();
  await bench.write("{{second}}");
  await bench.until(() => bench.rows()[1]);
  const third = await bench.write("{{third}}");
  const told = await shows(third, hasStatus);
  await bench.server.widget("PATCH", `notes/${third.id}`, { text: told.text?.replace(/[{}]/g, "") });
  await shows(third, (text) => text === "third");
  expect(first.text).toBe("{{first}}");
  expect(bench.rows()).toHaveLength(2);
});

test("a question that is edited while it waits for room is taken as it is in the end", async () => {
  await start({ maxRunning: 1, maxQueued: 1, maxQueuedPerCanvas: 1 });
  await bench.write("{{first}}");
  const first = await script.next();
  await bench.write("{{second}}");
  await bench.until(() => bench.rows()[1]);
  const third = await bench.write("{{thi}}");
  await shows(third, hasStatus);
  await bench.server.widget("PATCH", `notes/${third.id}`, { text: "{{third}}" });
  // Told once more, because it settled anew and there is still no room.
  await shows(third, (text) => text.startsWith("{{third}}") && hasStatus(text));
  first.answer("1");
  await answerAll(2);
  expect(await ended(3)).toEqual(["succeeded", "succeeded", "succeeded"]);
  expect(bench.rows().map(({ prompt }) => prompt)).toEqual(["first", "second", "third"]);
});

test("a status line that a killed service left behind, or wrote late, goes; one typed by people stays", async () => {
  const left = await bench.write(withStatus("Why?", "starting …"));
  const typed = await bench.write("⏳ AI: typed by people");
  await start();
  await shows(left, (text) => text === "Why?");
  await bench.server.widget("PATCH", `notes/${left.id}`, { text: withStatus("Why?", "late") });
  await shows(left, hasStatus);
  await shows(left, (text) => text === "Why?");
  expect(await bench.textOf(typed.id)).toBe("⏳ AI: typed by people");
  expect(bench.rows()).toEqual([]);
});

test("a journal that fails for a moment loses no question", async () => {
  let failures = 2;
  const { journal } = bench;
  await start(
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
  await bench.write("{{Why?}}");
  await answerAll(1);
  expect(await ended(1)).toEqual(["succeeded"]);
});

test("a question that people add while the first is answered is answered after it", async () => {
  await start();
  const note = await bench.write("{{One?}}");
  const first = await script.next();
  const claimed = await shows(note, hasStatus);
  await bench.server.widget("PATCH", `notes/${note.id}`, { text: `${claimed.text}\n{{Two?}}` });
  await bench.until(() => bench.rows()[1]);
  first.answer("1");
  (await script.next()).answer("2");
  expect(await ended(2)).toEqual(["succeeded", "succeeded"]);
  expect((await bench.answers()).map(({ text }) => text)).toEqual(["1", "2"]);
  expect(await bench.textOf(note.id)).toBe("One?\nTwo?");
});

test("deleting the question cancels it, while it is answered and while it waits; its half answer goes too", async () => {
  await start({ maxRunning: 1 });
  const running = await bench.write("{{a}}");
  const call = await script.next();
  const waiting = await bench.write("{{b}}");
  await shows(waiting, hasStatus);
  call.request.show("Half");
  await bench.until(() => bench.rows()[0]?.response_widget_id ?? undefined);
  for (const note of [waiting, running]) await bench.server.canvas("DELETE", `notes/${note.id}`);
  expect(await ended(2)).toEqual(["cancelled", "cancelled"]);
  expect(await bench.notes()).toEqual([]);
  expect(script.calls).toHaveLength(1);
});

test("a stop leaves what runs and what waits in the journal, and the next service finishes it", async () => {
  const first = await start({ maxRunning: 1 });
  const notes = [await bench.write("{{a}}"), await bench.write("{{b}}")];
  await script.next();
  await shows(notes[1] ?? never(), hasStatus);
  await first.stop();
  expect(bench.rows().map((row) => row.status)).toEqual(["running", "pending"]);
  expect(await bench.answers()).toEqual([]);
  script = new ScriptedAbility();
  await start();
  await answerAll(2);
  expect(await ended(2)).toEqual(["succeeded", "succeeded"]);
  expect(await bench.answers()).toHaveLength(2);
  for (const note of notes) expect(await bench.textOf(note.id)).toMatch(/^[ab]$/);
});

test("closed, it lets what runs end and begins nothing more; a stop names what did not end", async () => {
  const service = await start({ maxRunning: 1 });
  await bench.write("{{a}}");
  const running = await script.next();
  const waiting = await bench.write("{{b}}");
  await shows(waiting, hasStatus);
  await service.close();
  const drained = service.drained();
  running.answer("A");
  await drained;
  expect(bench.rows().map((row) => row.status)).toEqual(["succeeded", "pending"]);
  await service.stop();
  expect(bench.logger.text()).toContain("prompts are left to the next start");
  const second = await start();
  const { request } = await script.next();
  await second.stop();
  const named = bench.logger.entries.find((entry) => entry.message.includes("not finished; the next start"));
  expect(named?.fields).toMatchObject({
    correlation_id: request.correlationId,
    operation_type: "note_prompt",
    duration_ms: expect.any(Number),
  });
});

test("a note that a killed service's request creates after the restart is taken away as a twin", async () => {
  const note = await bench.write("{{Why?}}");
  const task = await bench.taskFor(note);
  await start();
  await answerAll(1);
  await ended(1);
  const twin = await bench.write("Half", { title: `AI answer ${task.correlationId}` });
  await bench.until(() => bench.board.state.get(twin.id));
  await bench.until(() => (bench.board.state.get(twin.id) ? undefined : true));
  expect((await bench.answers()).map(({ text }) => text)).toEqual(["To: Why?"]);
});

test("a prompt that stops the service again and again ends with a friendly note", async () => {
  const note = await bench.write("{{Why?}}");
  const task = await bench.taskFor(note);
  await bench.journal.update(task.correlationId, { status: "running", stage: "claimed", attempts: 20 });
  await start();
  expect(await ended(1)).toEqual(["failed"]);
  expect((await bench.answers())[0]?.text).toContain("never came to an end");
  expect(await bench.textOf(note.id)).not.toContain("⏳");
  expect(script.calls).toEqual([]);
});

test("an answer with braces in it asks nothing", async () => {
  await start();
  const note = await bench.write("{{How do templates work?}}");
  (await script.next()).answer("With {{name}}.");
  await ended(1);
  await bench.write("a change that is seen after the answer");
  await bench.until(() => [...bench.board.state.all()].find(({ text }) => text?.startsWith("a change")));
  expect(bench.rows()).toHaveLength(1);
  expect(await bench.textOf(note.id)).toBe("How do templates work?");
});

test("a canvas that is down for longer than all retries fails nothing", async () => {
  await start();
  await bench.write("{{Why?}}");
  const call = await script.next();
  bench.onAvailable(false);
  await bench.server.faults({ kind: "status", status: 503, subscribe: false });
  call.answer("Because.");
  // Nothing but the log tells that an attempt was in vain.
  while (count("prompt not finished") === 0) await new Promise(setImmediate);
  await bench.server.fetch("/_sim/faults", { method: "DELETE" });
  bench.onAvailable(true);
  (await script.next()).answer("Because.");
  expect(await ended(1)).toEqual(["succeeded"]);
});

function count(message: string): number {
  return bench.logger.entries.filter((entry) => entry.message.startsWith(message)).length;
}

function never(): never {
  throw new Error("there must be such a note");
}

test.each([-1, 1])(
  "a clock that is set by %i hour neither delays a prompt nor gives it up",
  async (hours) => {
    let setBy = 0;
    await start({ maxRunning: 1 }, bench.journal, { ...systemTimers, now: () => Date.now() + setBy });
    await bench.write("{{a}}");
    await bench.write("{{b}}");
    const running = await script.next();
    setBy = hours * 60 * 60_000;
    running.fail(new AppError("RUNNER_CRASHED", "crashed"));
    await answerAll(2);
    expect(await ended(2)).toEqual(["succeeded", "succeeded"]);
    for (const { duration_ms } of bench.rows()) {
      expect(duration_ms).toBeGreaterThanOrEqual(0);
      expect(duration_ms).toBeLessThan(60 * 60_000);
    }
  },
);
