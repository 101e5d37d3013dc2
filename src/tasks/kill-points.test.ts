import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Journal } from "../storage/storage.ts";
import { systemTimers } from "../timers.ts";
import { recoverTask } from "./recovery.ts";
import type { Task } from "./task.ts";
import { TaskWork } from "./task-work.ts";
import { resultOf, TaskBench } from "./testing/task-bench.ts";

// The service is killed before and after each single thing that it does for a prompt: each request to the Canvus
// server, each write of the journal. Killed means here: from then on nothing of it is heard any more.

let bench: TaskBench;

beforeEach(async () => {
  bench = await TaskBench.start();
});
afterEach(() => bench.stop());

/** An answer that comes in two pieces. */
async function work(task: Task, journal: Journal): Promise<void> {
  const taskWork = new TaskWork({
    task,
    board: bench.boardOf(bench.newClient()),
    journal,
    ability: async ({ show }) => {
      show("Beca");
      // Let the first piece be written before the last one comes.
      await Promise.race([rowsHaveAnswer(), Bun.sleep(20)]);
      return resultOf("Because.");
    },
    timers: systemTimers,
    signal: new AbortController().signal,
  });
  await taskWork.announce("next in the queue …");
  await taskWork.answer();
}

function rowsHaveAnswer(): Promise<unknown> {
  return bench.until(() => bench.rows()[0]?.response_widget_id ?? undefined);
}

/** A journal that goes silent at its n-th write, before or after it was done. */
function dyingJournal(at: number, when: "before" | "after"): { journal: Journal; died: Promise<void> } {
  const dead = Promise.withResolvers<void>();
  const never = new Promise<never>(() => undefined);
  let writes = 0;
  const journal: Journal = {
    ...bench.journal,
    update: async (correlationId, changes) => {
      writes += 1;
      if (writes > at || (writes === at && when === "before")) {
        dead.resolve();
        return never;
      }
      await bench.journal.update(correlationId, changes);
      if (writes < at) return;
      dead.resolve();
      return never;
    },
  };
  return { journal, died: dead.promise };
}

/** What a restart does, and what must be true then. */
async function restartAndJudge(noteId: string): Promise<void> {
  const live = await bench.journal.live();
  for (const row of live) await work(recoverTask(row), bench.journal);
  expect((await bench.answers()).map(({ text }) => text)).toEqual(["Because."]);
  expect(await bench.textOf(noteId)).toBe("Why?");
  expect(bench.rows()).toMatchObject([{ status: "succeeded", response: "Because." }]);
}

for (const when of ["before", "after"] as const) {
  for (const at of [1, 2, 3, 4, 5]) {
    test(`killed ${when} write ${at} of the journal`, async () => {
      const note = await bench.write("{{Why?}}");
      const { journal, died } = dyingJournal(at, when);
      const task = await bench.taskFor(note);
      const ended = await Promise.race([work(task, journal).then(() => "ended"), died.then(() => "died")]);
      expect(ended).toBe("died");
      await restartAndJudge(note.id);
    });
  }

  for (const at of [1, 2, 3, 4, 5, 6, 7, 8]) {
    test(`killed ${when} request ${at} to the Canvus server had its effect`, async () => {
      const note = await bench.write("{{Why?}}");
      const task = await bench.taskFor(note);
      const rule = { kind: "stall", when, path: "/api/v1/canvases/*", rate: 1 / at, count: 1 };
      await bench.server.faults(rule);
      const run = work(task, bench.journal).then(() => "ended");
      expect(await Promise.race([run, stalled()])).toBe("stalled");
      await restartAndJudge(note.id);
    });
  }
}

/** Resolves when the rule has struck. */
async function stalled(): Promise<string> {
  for (;;) {
    const reply = (await (await bench.server.fetch("/_sim/faults")).json()) as { rules: { hits: number }[] };
    if ((reply.rules[0]?.hits ?? 0) > 0) return "stalled";
  }
}
