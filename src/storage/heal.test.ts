import { Database } from "bun:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "./database.ts";
import { createJournalStore } from "./journal-store.ts";
import { newPrompt } from "./testing/sample-rows.ts";

const ROWS = 1000;
const template = mkdtempSync(join(tmpdir(), "cll-heal-template-"));
let folder: string;
let file: string;

beforeAll(() => makeTemplate(join(template, "data.db")));
afterAll(() => rmSync(template, { recursive: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cll-heal-"));
  file = join(folder, "data.db");
});

afterEach(() => rmSync(folder, { recursive: true }));

function fill(): void {
  copyFileSync(join(template, "data.db"), file);
}

/** A database with many finished prompts and one that is being answered, closed. */
function makeTemplate(path: string): void {
  const { database } = openDatabase(path);
  const store = createJournalStore(database);
  database.transaction(() => {
    for (let index = 0; index < ROWS; index++) {
      const finished = index !== ROWS / 2;
      store.begin(
        newPrompt(`c${index}`, {
          prompt: `question ${index} ${"x".repeat(300)}`,
          status: finished ? "succeeded" : "running",
          stage: finished ? "answered" : "claimed",
        }),
      );
    }
  })();
  database.run("PRAGMA journal_mode = DELETE");
  database.close();
}

function damage(at: number, bytes: Uint8Array | number): void {
  const content = readFileSync(file);
  if (typeof bytes === "number") content.fill(0xa5, at, at + bytes);
  else content.set(bytes, at);
  writeFileSync(file, content);
}

function reopen() {
  const { database, report } = openDatabase(file);
  const count = database.query<{ n: number }, []>("SELECT count(*) AS n FROM processing_history").get()?.n;
  const live = createJournalStore(database)
    .live()
    .map((row) => row.correlation_id);
  const check = database.query("PRAGMA integrity_check").all();
  database.close();
  // The file is only let go of when the statements are collected.
  Bun.gc(true);
  return { report, count: count ?? 0, live, check };
}

function setAside(): string[] {
  return readdirSync(folder).filter((name) => /\.damaged-[\dTZ-]+$/.test(name));
}

test("a healthy database is opened as it is", () => {
  fill();
  const { report, count } = reopen();
  expect([report.healed, count]).toEqual([null, ROWS]);
  expect(setAside()).toEqual([]);
});

test("damaged pages of a table cost their rows, all others are saved, also those that lie behind", () => {
  fill();
  const { database } = openDatabase(file);
  const leaves = database
    .query<{ pageno: number }, []>(
      "SELECT pageno FROM dbstat WHERE name = 'processing_history' AND pagetype = 'leaf' ORDER BY pageno",
    )
    .all();
  database.run("PRAGMA journal_mode = DELETE");
  database.close();
  const chosen = [leaves[3], leaves[4], leaves.at(-1)];
  for (const page of chosen) damage(((page?.pageno ?? 0) - 1) * 4096, 4096);
  const original = readFileSync(file);
  const { report, count, live, check } = reopen();
  const perPage = Math.ceil(ROWS / leaves.length) + 2;
  expect(count).toBeGreaterThan(ROWS - 3 * perPage);
  expect(count).toBeLessThan(ROWS);
  expect(live).toEqual([`c${ROWS / 2}`]);
  expect(check).toEqual([{ integrity_check: "ok" }]);
  const counts = report.healed?.tables.processing_history;
  expect(counts?.salvaged).toBe(count);
  expect(counts?.lost).toBeGreaterThanOrEqual(ROWS - count);
  expect(counts?.lost).toBeLessThan(3 * perPage + 300);
  expect(readFileSync(report.healed?.setAside ?? "").equals(original)).toBe(true);
});

test("the page that leads to all rows of a table may be destroyed: the rows are found all the same", () => {
  fill();
  const { database } = openDatabase(file);
  const root = database
    .query<{ rootpage: number }, []>("SELECT rootpage FROM sqlite_schema WHERE name = 'processing_history'")
    .get()?.rootpage;
  database.run("DELETE FROM processing_history WHERE id % 10 = 0");
  database.run("DELETE FROM processing_history WHERE id BETWEEN 700 AND 900");
  const left = database.query<{ n: number }, []>("SELECT count(*) AS n FROM processing_history").get()?.n;
  database.run("PRAGMA journal_mode = DELETE");
  database.close();
  damage(((root ?? 0) - 1) * 4096, 4096);
  const { count, live } = reopen();
  // Deleted rows stay deleted.
  expect(count).toBe(left ?? 0);
  expect(live).toEqual([`c${ROWS / 2}`]);
});

test("the same with a log that was not merged: the newest state of each row counts", () => {
  fill();
  const child = Bun.spawnSync([process.execPath, join(import.meta.dir, "testing/killed-writer.ts"), file]);
  expect(child.signalCode).toBe("SIGKILL");
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  const root = Number(readFileSync(`${file}.root`, "utf8"));
  rmSync(`${file}.root`);
  damage((root - 1) * 4096, 4096);
  const { count, live } = reopen();
  expect(count).toBe(ROWS);
  expect(live).toEqual([]);
});

test.each([
  ["the magic number", 0, 16],
  ["the whole header", 0, 100],
  ["the whole first page", 0, 4096],
])("with %s destroyed every row is saved", (_what, at, length) => {
  fill();
  damage(at, length);
  const { report, count, live, check } = reopen();
  expect(report.healed?.reason).toContain("not an SQLite database");
  expect([count, live]).toEqual([ROWS, [`c${ROWS / 2}`]]);
  expect(check).toEqual([{ integrity_check: "ok" }]);
});

test("a file that is cut off keeps the rows that are left", () => {
  fill();
  truncateSync(file, Math.floor(statSync(file).size / 2 / 4096) * 4096);
  const { report, count, check } = reopen();
  expect(report.healed?.reason).toContain("cut off");
  expect(count).toBeGreaterThan(ROWS / 10);
  expect(check).toEqual([{ integrity_check: "ok" }]);
});

test("an empty file, text, and another program's database are set aside and replaced", () => {
  const other = new Database(join(folder, "other"));
  other.run("CREATE TABLE songs (title)");
  other.close();
  const foreign = readFileSync(join(folder, "other"));
  for (const content of ["", "not a database\n".repeat(1000), foreign]) {
    writeFileSync(file, content);
    const { report, count } = reopen();
    expect(count).toBe(0);
    expect(readFileSync(report.healed?.setAside ?? "").equals(Buffer.from(content))).toBe(true);
  }
  expect(setAside()).toHaveLength(3);
});

test("random damage anywhere never stops the service and never leaves a bad database", () => {
  fill();
  let saved = 0;
  const healthy = join(folder, "healthy");
  copyFileSync(file, healthy);
  // A fixed seed: a failure can be repeated.
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 6; round++) {
    copyFileSync(healthy, file);
    for (let hit = 0; hit < 20; hit++) {
      damage(
        random(statSync(file).size - 64),
        Uint8Array.from({ length: 1 + random(64) }, () => random(256)),
      );
    }
    const { check, count } = reopen();
    expect(check).toEqual([{ integrity_check: "ok" }]);
    saved += count;
    for (const name of setAside()) rmSync(join(folder, name));
  }
  // Most rows of most rounds: only what was hit is lost.
  expect(saved).toBeGreaterThan((6 * ROWS) / 2);
});

test("damage that comes back again and again is not copied for ever", () => {
  for (let round = 0; round < 5; round++) {
    writeFileSync(file, "broken");
    reopen();
  }
  writeFileSync(file, "broken");
  expect(() => openDatabase(file)).toThrow("damaged 5 times within a day");
  expect(setAside()).toHaveLength(5);
});

test("healing that was interrupted before the swap is finished by the next start, logs included", () => {
  fill();
  renameSync(file, `${file}.healed`);
  writeFileSync(file, "damaged");
  writeFileSync(`${file}-wal`, "its log");
  const { report, count } = reopen();
  expect(count).toBe(ROWS);
  expect(readFileSync(report.healed?.setAside ?? "", "utf8")).toBe("damaged");
  expect(readFileSync(`${report.healed?.setAside}-wal`, "utf8")).toBe("its log");
  expect(existsSync(`${file}.healed`)).toBe(false);
});
