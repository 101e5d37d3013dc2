import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeTimers } from "../testing/fake-timers.ts";
import { nextTurn } from "../testing/next-turn.ts";
import { Maintenance } from "./maintenance.ts";
import { StorageRun } from "./testing/storage-run.ts";
import type { MaintenanceReport } from "./writer-operations.ts";
import { createWriterOperations } from "./writer-operations.ts";

const DAY = 24 * 60 * 60 * 1000;
const QUIET = { deletedRows: 0, more: false, sizeBytes: 1000 };

/** A maintenance whose steps report what they are told to; `settled` waits for the one that is under way. */
function maintenance(reports: MaintenanceReport[], findings: string[] = []) {
  const timers = new FakeTimers();
  const done: string[] = [];
  const run = new StorageRun("/nonexistent");
  const part = new Maintenance({
    tasks: {
      step: async () => {
        done.push("step");
        return reports.shift() ?? QUIET;
      },
      optimize: async () => void done.push("optimize"),
      checkIntegrity: async () => {
        done.push("check");
        return findings;
      },
      onDamage: (finding) => done.push(finding),
    },
    warnBytes: 5000,
    timers,
    logger: run.logger,
  });
  const pass = async (ms: number) => {
    timers.advance(ms);
    await nextTurn();
  };
  part.start();
  return { part, done, pass, run };
}

test("prompts go first after a start; then it works in steps until nothing is left", async () => {
  const { done, pass, part } = maintenance([
    { ...QUIET, more: true },
    { ...QUIET, more: true },
  ]);
  await pass(9000);
  expect(done).toEqual([]);
  await pass(1000);
  await pass(250);
  await pass(250);
  expect(done).toEqual(["step", "step", "step", "optimize", "check"]);
  part.stop();
  await pass(DAY);
  expect(done).toHaveLength(5);
});

test("the whole file is checked once a day, and damage is reported", async () => {
  const { done, pass } = maintenance([], ["row 7 missing from index"]);
  await pass(10_000);
  expect(done).toEqual(["step", "optimize", "check", "row 7 missing from index"]);
  await pass(10 * 60_000);
  expect(done).toHaveLength(5);
  for (let rest = 0; rest < 144; rest++) await pass(10 * 60_000);
  expect(done.filter((each) => each === "check")).toHaveLength(2);
});

test("a database that becomes too large is warned about once", async () => {
  const large = { ...QUIET, sizeBytes: 6000 };
  const { pass, run } = maintenance([large, large, QUIET, large]);
  for (let rest = 0; rest < 4; rest++) await pass(10 * 60_000);
  expect(run.logger.messages("warn").filter((message) => message.includes("larger"))).toHaveLength(2);
});

test("steps delete what has expired and give its space back to the disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "cll-maintenance-"));
  const file = join(folder, "data.db");
  const operations = createWriterOperations();
  operations.open(file, null);
  const rows = Array.from({ length: 4000 }, (_, index) => ({
    table: "canvas_events",
    row: {
      canvas_id: "canvas",
      widget_id: `w${index} ${"x".repeat(1000)}`,
      widget_type: "Note",
      operation_type: "added",
      created_at: "2026-01-01T00:00:00.000Z",
    },
  }));
  operations.telemetry(JSON.stringify(rows));
  const retention = { historyMs: 30 * DAY, metricsMs: 7 * DAY };
  let deleted = 0;
  let steps = 0;
  for (let more = true; more; steps++) {
    const report = operations.maintain(Date.parse("2026-02-01T00:00:00Z"), retention);
    deleted += report.deletedRows;
    more = report.more;
  }
  operations.close();
  expect(deleted).toBe(4000);
  expect(steps).toBeGreaterThan(10);
  expect(statSync(file).size).toBeLessThan(2_000_000);
  rmSync(folder, { recursive: true });
});
