import { Database } from "bun:sqlite";
import { afterEach, describe, expect, test } from "bun:test";
import { closeSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SmallDisk } from "../storage/testing/small-disk.ts";
import { Execution } from "./executable.ts";
import { Harness } from "./harness.ts";

const QUESTION = "{{What is the capital of France?}}";
const ANSWER = "Paris.";

let harness: Harness;

afterEach(async () => {
  await harness.close();
});

async function db(folder: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const run = new Execution(["db", ...args], { CANVUSLLM_DATA_DIR: folder });
  const code = await run.exited;
  return { code, output: [...run.stdout, ...run.stderr].join("\n") };
}

function statuses(file: string): unknown[] {
  const database = new Database(file, { readonly: true });
  try {
    return database
      .query<{ status: string }, []>("SELECT status FROM processing_history ORDER BY id")
      .values()
      .flat();
  } finally {
    database.close();
  }
}

test("beside a running service: no second one, no vacuum; check, stats and backup work", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  const question = await harness.canvas.addNote(QUESTION);
  await harness.canvas.answerWith(ANSWER, question.id);
  await service.logged((line) => line.message === "prompt answered");
  const folder = join(harness.folder, "data");

  const second = harness.run();
  expect(await second.exited).toBe(1);
  expect(second.stderr.join("\n")).toContain("DATA_DIR_IN_USE");
  expect(second.stderr.join("\n")).toContain(`Process ${service.pid} (canvuslocallm run)`);

  const vacuum = await db(folder, "vacuum");
  expect(vacuum.code).toBe(1);
  expect(vacuum.output).toContain(`Process ${service.pid}`);
  expect(await db(folder, "check")).toMatchObject({ code: 0 });
  const backup = join(harness.folder, "backup.db");
  expect(await db(folder, "backup", backup)).toMatchObject({ code: 0 });
  expect((await db(folder, "backup", backup)).output).toContain("exists already");
  expect(statuses(backup)).toEqual(["succeeded"]);
  expect(statSync(backup).mode & 0o777).toBe(0o600);
  const stats = JSON.parse((await db(folder, "stats", "--json")).output);
  expect(stats.rows.processing_history).toBe(1);

  await service.stop("SIGKILL");
  expect((await db(folder, "vacuum")).code).toBe(0);
  await harness.runReady();
});

test("a damaged database: the service starts, says so loudly, and has kept what could be read", async () => {
  harness = await Harness.start();
  const first = await harness.runReady();
  const question = await harness.canvas.addNote(QUESTION);
  await harness.canvas.answerWith(ANSWER, question.id);
  await first.logged((line) => line.message === "prompt answered");
  await first.stop();
  const folder = join(harness.folder, "data");
  const descriptor = openSync(join(folder, "data.db"), "r+");
  writeSync(descriptor, Buffer.alloc(100, 0xff), 0, 100, 0);
  closeSync(descriptor);
  expect(await db(folder, "check")).toMatchObject({ code: 1 });

  const second = await harness.runReady();
  const said = second.log.filter((line) => line.level === "error" && line.message.includes("damaged"));
  expect(said).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.includes(".damaged-"))).toHaveLength(1);
  expect(statuses(join(folder, "data.db"))).toEqual(["succeeded"]);
  const again = await harness.canvas.addNote(QUESTION);
  await harness.canvas.answerWith(ANSWER, again.id);
});

const title = "on a full disk (needs root, to mount a tmpfs)";
describe.skipIf(!SmallDisk.available)(title, () => {
  test("prompts are answered, the page says what is wrong, and all is written when there is space again", async () => {
    const disk = new SmallDisk(24);
    harness = await Harness.start();
    try {
      const settings = { CANVUSLLM_DATA_DIR: disk.folder };
      const service = await harness.runReady(settings);
      disk.fill();
      const question = await harness.canvas.addNote(QUESTION);
      await harness.canvas.answerWith(ANSWER, question.id);
      await service.logged((line) => line.message === "prompt answered");
      await service.logged((line) => line.level === "error" && line.message.includes("waits in memory"));
      const ready = await fetch(`${service.url}/readyz`);
      expect(ready.status).toBe(200);
      expect(await ready.text()).toContain("Nothing can be stored just now");
      disk.free();
      await service.logged((line) => line.message.includes("is written again"));
      expect(statuses(join(disk.folder, "data.db"))).toEqual(["succeeded"]);

      // And a service that is started on a full disk.
      await service.stop("SIGKILL");
      disk.fill();
      const second = await harness.runReady(settings);
      const other = await harness.canvas.addNote(QUESTION);
      await harness.canvas.answerWith(ANSWER, other.id);
      await second.logged((line) => line.message === "prompt answered");
      disk.free();
      await second.logged((line) => line.message.includes("is written again"));
      expect(statuses(join(disk.folder, "data.db"))).toEqual(["succeeded", "succeeded"]);
      expect(await second.stop()).toBe(143);
    } finally {
      await harness.close();
      disk.remove();
    }
  });
});
