import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MIGRATIONS, migrate } from "../../storage/migrate.ts";
import { runCheck } from "../testing/run-check.ts";
import { database } from "./database.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cll-doctor-db-"));
  file = join(folder, "data.db");
});
afterEach(() => rm(folder, { recursive: true }));

const look = () => runCheck(database, { CANVUSLLM_DATA_DIR: folder });

function create(): Database {
  const created = new Database(file);
  created.run("PRAGMA journal_mode = WAL");
  migrate(created);
  return created;
}

test("none yet is fine", async () => {
  expect((await look()).status).toBe("ok");
});

test("a sound one is fine, also while a writer is in the middle of a transaction", async () => {
  using writer = create();
  writer.run("BEGIN IMMEDIATE");
  const result = await look();
  writer.run("ROLLBACK");
  expect(result).toMatchObject({
    status: "ok",
    message: expect.stringContaining(`sound, schema ${MIGRATIONS.length}`),
  });
});

test("one of a newer version is a failure", async () => {
  using newer = create();
  newer.run("PRAGMA user_version = 999");
  expect(await look()).toMatchObject({ status: "fail", code: "STORAGE_MIGRATION_FAILED" });
});

test("a damaged one is a failure that says what to do", async () => {
  const made = create();
  made.run("PRAGMA journal_mode = DELETE");
  made.close();
  const handle = await open(file, "r+");
  await handle.write(Buffer.alloc(8192, 0xee), 0, 8192, 4096);
  await handle.close();
  const result = await look();
  expect(result).toMatchObject({ status: "fail", code: "STORAGE_DAMAGED" });
  expect(result.message).toContain(file);
  expect(result.advice).toContain("sets the damaged file aside");
});
