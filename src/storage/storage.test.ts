import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import { MIGRATIONS, migrate } from "./migrate.ts";
import type { HistoryInsert } from "./schema.ts";
import { Storage } from "./storage.ts";

const workerUrl = new URL("./worker.ts", import.meta.url);
let folder: string;
let storage: Storage;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cll-storage-"));
  storage = new Storage({ file: join(folder, "data.db"), workerUrl });
  await storage.start();
});

afterEach(async () => {
  await storage.stop();
  rmSync(folder, { recursive: true });
});

function row(changes: Partial<HistoryInsert> = {}): HistoryInsert {
  return {
    correlation_id: "c1",
    canvas_id: "canvas",
    widget_id: "widget",
    operation_type: "note_prompt",
    prompt: "What is the capital of France?",
    content_hash: "abc",
    status: "pending",
    stage: "queued",
    created_at: "2026-01-01T00:00:00.000Z",
    ...changes,
  };
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
  await storage.stop();
  storage = new Storage({ file: join(folder, "data.db"), workerUrl });
  await storage.start();
  const live = await storage.journal.live();
  expect(live.map((each) => [each.correlation_id, each.stage])).toEqual([
    ["c1", "claimed"],
    ["c3", "queued"],
  ]);
});

test("a stopped storage leaves one file: no WAL, no shared memory", async () => {
  await storage.journal.begin(row());
  await storage.stop();
  expect(readdirSync(folder)).toEqual(["data.db"]);
});

test("a call after the stop is refused with a code", async () => {
  await storage.stop();
  const error = await storage.journal.ping().catch((thrown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error.code).toBe("STORAGE_UNAVAILABLE");
});

test("a database of a newer version is refused and left as it was", async () => {
  await storage.stop();
  const file = join(folder, "data.db");
  const database = new Database(file);
  database.run("PRAGMA user_version = 999");
  database.close();
  storage = new Storage({ file, workerUrl });
  const error = await storage.start().catch((thrown) => thrown);
  expect(error.code).toBe("STORAGE_MIGRATION_FAILED");
  expect(error.message).toContain("newer version");
});

test("a failing migration is rolled back as a whole", () => {
  const database = new Database(":memory:");
  migrate(database);
  const broken = { name: "broken", statements: ["CREATE TABLE half (id)", "INSERT INTO nowhere VALUES (1)"] };
  expect(() => migrate(database, [...MIGRATIONS, broken])).toThrow("Migration broken");
  expect(database.query("SELECT name FROM sqlite_master WHERE name = 'half'").all()).toEqual([]);
  database.close();
});
