import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "./database.ts";
import { MIGRATIONS, migrate, schemaVersion } from "./migrate.ts";
import { backUpBeforeMigration } from "./migration-backup.ts";
import type { Migration } from "./read-migrations.ts";

const NEXT: Migration = {
  name: "next",
  statements: ["CREATE TABLE extra (id INTEGER PRIMARY KEY)", "INSERT INTO extra VALUES (1)"],
};
const BROKEN: Migration = {
  name: "broken",
  statements: [...NEXT.statements, "INSERT INTO nowhere VALUES (1)"],
};

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cll-migrate-"));
  file = join(folder, "data.db");
  close(openDatabase(file).database);
});

afterEach(() => rmSync(folder, { recursive: true }));

function close(database: Database): void {
  database.run("PRAGMA journal_mode = DELETE");
  database.close();
}

function backups(): string[] {
  return readdirSync(join(folder, "backups"));
}

test("a new database needs no backup; opening it again changes nothing", () => {
  const before = readFileSync(file);
  const { database, report } = openDatabase(file);
  close(database);
  expect(report).toEqual({ healed: null, backup: null });
  expect(readFileSync(file).length).toBe(before.length);
  expect(readdirSync(folder)).toEqual(["data.db"]);
});

test("the database is copied before it gets a new schema, and the copy can be used", () => {
  const { database, report } = openDatabase(file, { migrations: [...MIGRATIONS, NEXT] });
  expect(schemaVersion(database)).toBe(MIGRATIONS.length + 1);
  close(database);
  const copy = new Database(report.backup ?? "", { readonly: true });
  expect(schemaVersion(copy)).toBe(MIGRATIONS.length);
  expect(copy.query("SELECT count(*) AS n FROM processing_history").get()).toEqual({ n: 0 });
  copy.close();
});

test("only the three newest copies are kept", () => {
  const { database } = openDatabase(file);
  for (let day = 1; day <= 5; day++) {
    backUpBeforeMigration(database, file, 1, new Date(`2026-01-0${day}T00:00:00Z`));
  }
  close(database);
  expect(backups().sort()).toEqual([3, 4, 5].map((day) => `data-2026010${day}T000000Z-schema-1.db`));
});

test("a failing migration stops the start and leaves the file as it was, to the byte", () => {
  const before = readFileSync(file);
  expect(() => openDatabase(file, { migrations: [...MIGRATIONS, BROKEN] })).toThrow("Migration broken");
  expect(readFileSync(file).equals(before)).toBe(true);
  close(openDatabase(file).database);
});

test("a database of a newer version is refused and left as it was, to the byte", () => {
  const database = new Database(file);
  database.run("PRAGMA user_version = 999");
  database.close();
  const before = readFileSync(file);
  expect(() => openDatabase(file)).toThrow("newer version");
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(folder)).toEqual(["data.db"]);
});

test("every schema of the past becomes the newest one", () => {
  const newest = schemaOf(openDatabase(file).database);
  for (let known = 1; known < MIGRATIONS.length; known++) {
    const old = new Database(join(folder, `old-${known}.db`), { create: true });
    migrate(old, MIGRATIONS.slice(0, known));
    old.close();
    expect(schemaOf(openDatabase(join(folder, `old-${known}.db`)).database)).toEqual(newest);
  }
});

test("a process killed between two statements of a migration leaves the old schema, and the next start does it", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "testing/killed-migration.ts"), file], {
    stdout: "ignore",
    stderr: "inherit",
  });
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  const database = new Database(file);
  expect(schemaVersion(database)).toBe(MIGRATIONS.length);
  expect(database.query("SELECT name FROM sqlite_master WHERE name = 'extra'").all()).toEqual([]);
  database.close();
  const { database: migrated } = openDatabase(file, { migrations: [...MIGRATIONS, NEXT] });
  expect(migrated.query("SELECT count(*) AS n FROM extra").get()).toEqual({ n: 1 });
  close(migrated);
});

function schemaOf(database: Database): unknown[] {
  const rows = database.query("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").all();
  close(database);
  return rows;
}
