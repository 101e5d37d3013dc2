import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ability, AbilityRequest, AbilityResult } from "../abilities/ability.ts";
import type { Widget } from "../canvus/widget.ts";
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

interface Scenario {
  readonly name: string;
  readonly ask: () => Promise<Widget>;
  readonly ability: Ability;
  /** What must be on the canvas in the end. */
  readonly judge: (asked: Widget) => Promise<void>;
  /** How often the journal is written, and how many requests go to the server. */
  readonly writes: number;
  readonly requests: number;
}

const PICTURE = readFileSync(join(import.meta.dir, "../models/demo/red-circle.png"));

const SCENARIOS: readonly Scenario[] = [
  {
    name: "a note and its answer",
    ask: () => bench.write("{{Why?}}"),
    ability: twoPieces,
    judge: async ({ id }) => {
      expect((await bench.answers()).map(({ text }) => text)).toEqual(["Because."]);
      expect(await bench.textOf(id)).toBe("Why?");
    },
    writes: 5,
    requests: 8,
  },
  {
    name: "an icon on a PDF and its summary",
    ask: async () => {
      const icon = await bench.dropIcon("AI_Icon_PDF_Precis", (await bench.dropPdf()).id);
      await bench.watch();
      return icon;
    },
    ability: twoPieces,
    judge: async () => {
      expect((await bench.answers()).map(({ text }) => text)).toEqual(["Because."]);
      expect(await bench.images()).toEqual([]);
    },
    writes: 5,
    requests: 7,
  },
  {
    name: "a note and its picture",
    ask: () => bench.write("{{image: why}}"),
    ability: async () => ({
      ...resultOf("Picture of why"),
      picture: { png: PICTURE, width: 256, height: 256 },
    }),
    judge: async ({ id }) => {
      expect(await bench.images()).toMatchObject([{ size: { width: 256, height: 256 } }]);
      expect(await bench.answers()).toEqual([]);
      expect(await bench.textOf(id)).toBe("image: why");
    },
    writes: 4,
    requests: 6,
  },
];

/** An answer that comes in two pieces. */
async function twoPieces({ show }: AbilityRequest): Promise<AbilityResult> {
  show("Beca");
  // Let the first piece be written before the last one comes.
  await rowsHaveAnswer();
  return resultOf("Because.");
}

async function work(task: Task, journal: Journal, { ability }: Scenario): Promise<void> {
  const taskWork = new TaskWork({
    task,
    board: bench.boardOf(bench.newClient()),
    journal,
    ability,
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
async function restartAndJudge(asked: Widget, scenario: Scenario): Promise<void> {
  const live = await bench.journal.live();
  for (const row of live) await work(recoverTask(row, systemTimers), bench.journal, scenario);
  await scenario.judge(asked);
  expect(bench.rows()).toMatchObject([{ status: "succeeded", stage: "answered" }]);
}

const counted = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

for (const scenario of SCENARIOS) {
  for (const when of ["before", "after"] as const) {
    test.each(counted(scenario.writes))(
      `${scenario.name}: killed ${when} write %i of the journal`,
      async (at) => {
        const asked = await scenario.ask();
        const { journal, died } = dyingJournal(at, when);
        const task = await bench.taskFor(asked);
        const run = work(task, journal, scenario).then(() => "ended");
        expect(await Promise.race([run, died.then(() => "died")])).toBe("died");
        await restartAndJudge(asked, scenario);
      },
    );

    test.each(counted(scenario.requests))(
      `${scenario.name}: killed ${when} request %i had its effect`,
      async (at) => {
        const asked = await scenario.ask();
        const task = await bench.taskFor(asked);
        const rule = { kind: "stall", when, path: "/api/v1/canvases/*", rate: 1 / at, count: 1 };
        await bench.server.faults(rule);
        const run = work(task, bench.journal, scenario).then(() => "ended");
        expect(await Promise.race([run, stalled()])).toBe("stalled");
        await restartAndJudge(asked, scenario);
      },
    );
  }
}

/** Resolves when the rule has struck. */
async function stalled(): Promise<string> {
  for (;;) {
    const reply = (await (await bench.server.fetch("/_sim/faults")).json()) as { rules: { hits: number }[] };
    if ((reply.rules[0]?.hits ?? 0) > 0) return "stalled";
  }
}
