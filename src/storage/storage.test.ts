import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import type { HistoryInsert } from "./schema.ts";
import type { Storage } from "./storage.ts";
import { newPrompt } from "./testing/sample-rows.ts";
import { StorageRun } from "./testing/storage-run.ts";

let folder: string;
let run: StorageRun;
let storage: Storage;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cll-storage-"));
  await restart();
});

afterEach(async () => {
  await run.stop();
  rmSync(folder, { recursive: true });
});

async function restart(): Promise<void> {
  await run?.stop();
  run = new StorageRun(folder);
  storage = run.storage;
  await storage.start();
}

/** Always about the same note, unless the changes say otherwise. */
function row(changes: Partial<HistoryInsert> = {}): HistoryInsert {
  return newPrompt("c1", { widget_id: "widget", ...changes });
}

test("a question that is being answered is not begun a second time", async () => {
  expect(await storage.journal.begin(row())).toBe(true);
  expect(await storage.journal.begin(row({ correlation_id: "c2" }))).toBe(false);
  expect(await storage.journal.begin(row({ correlation_id: "c3", content_hash: "other" }))).toBe(true);
});

test("the same question may be asked again once it is answered", async () => {
  await storage.journal.begin(row());
  await storage.journal.update("c1", { status: "succeeded", stage: "answered", response: "Paris." });
  expect(await storage.journal.begin(row({ correlation_id: "c2" }))).toBe(true);
});

test("what was begun and not finished is still there after a restart, oldest first", async () => {
  await storage.journal.begin(row());
  await storage.journal.begin(row({ correlation_id: "c2", content_hash: "2" }));
  await storage.journal.begin(row({ correlation_id: "c3", content_hash: "3" }));
  await storage.journal.update("c1", { status: "running", stage: "claimed" });
  await storage.journal.update("c2", { status: "failed" });
  await restart();
  const live = await storage.journal.live();
  expect(live.map((each) => [each.correlation_id, each.stage])).toEqual([
    ["c1", "claimed"],
    ["c3", "queued"],
  ]);
});

test("a stopped storage leaves one file that only its user may read: no WAL, no shared memory", async () => {
  await storage.journal.begin(row());
  for (const name of readdirSync(folder))
    expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
  await storage.stop();
  expect(readdirSync(folder).sort()).toEqual(["data.db", "service.lock"]);
});

test("a call after the stop is refused with a code", async () => {
  await storage.stop();
  const error = await storage.journal.ping().catch((thrown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error.code).toBe("STORAGE_UNAVAILABLE");
});

test("a second owner of the data directory is refused and told who has it; afterwards it may", async () => {
  const second = new StorageRun(folder);
  const error = await second.storage.start().catch((thrown) => thrown);
  expect(error.code).toBe("DATA_DIR_IN_USE");
  expect(error.message).toContain(`Process ${process.pid} (canvuslocallm run)`);
  await second.stop();
  expect(await storage.journal.begin(row())).toBe(true);
  await restart();
  expect(await storage.journal.live()).toHaveLength(1);
});

test("telemetry is written in the background and can be asked for while it is", async () => {
  for (let index = 0; index < 1500; index++) run.recordEvent(`w${index}`);
  await run.stop();
  const database = new Database(join(folder, "data.db"), { readonly: true });
  expect(database.query("SELECT count(*) AS n FROM canvas_events").get()).toEqual({ n: 1500 });
  database.close();
});

test("questions of the dashboard are answered beside the writer", async () => {
  await storage.journal.begin(row());
  const task = await storage.query.taskDetail({ correlationId: "c1" });
  expect(JSON.stringify(task)).toContain("capital of France");
});

test("a worker that dies is started again, and the write that it took with it is done", async () => {
  await run.stop();
  run = new StorageRun(folder, { writer: new URL("./testing/dying-worker.ts", import.meta.url) });
  storage = run.storage;
  await storage.start();
  // This worker ends without an answer after it has written row 3.
  const begun = await Promise.all(
    ["1", "2", "3", "4", "5"].map((id) =>
      storage.journal.begin(row({ correlation_id: id, content_hash: id })),
    ),
  );
  expect(begun).toEqual([true, true, true, true, true]);
  expect(storage.status().workerRestarts).toBe(1);
  expect(storage.status().mode).toBe("normal");
  await restart();
  expect((await storage.journal.live()).map((each) => each.correlation_id)).toEqual([
    "1",
    "2",
    "3",
    "4",
    "5",
  ]);
});
