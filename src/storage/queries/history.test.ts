import type { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { addHistory, memoryDatabase } from "../testing/sample-rows.ts";
import { type HistoryRequest, historyExport, historyPage, historyScan } from "./history.ts";
import { scanNewestFirst } from "./scan.ts";

let database: Database;

beforeEach(() => {
  database = memoryDatabase();
});

afterEach(() => database.close());

function at(minute: number): string {
  return new Date(Date.UTC(2026, 0, 10, 12, minute)).toISOString();
}

function ids(request: HistoryRequest): number[] {
  return historyPage(database, request).rows.map(({ id }) => id);
}

describe("filters", () => {
  beforeEach(() =>
    addHistory(
      database,
      { created_at: at(1), canvas_id: "a", model: "small", prompt: "What is the capital of France?" },
      {
        created_at: at(2),
        canvas_id: "b",
        model: "large",
        prompt: "Who painted this?",
        response: "In France, Monet.",
      },
      { created_at: at(3), canvas_id: "a", status: "failed", model: null, response: null },
      { created_at: at(4), canvas_id: "a", operation_type: "image_prompt", prompt: "Draw a façade" },
    ),
  );

  test.each<[HistoryRequest, number[]]>([
    [{}, [4, 3, 2, 1]],
    [{ canvasId: "a" }, [4, 3, 1]],
    [{ status: "failed" }, [3]],
    [{ operation: "image_prompt" }, [4]],
    [{ model: "large" }, [2]],
    [{ canvasId: "a", status: "succeeded", model: "small" }, [4, 1]],
    [{ from: at(2), to: at(4) }, [3, 2]],
    [{ from: at(5) }, []],
    [{ to: at(1) }, []],
    [{ from: at(4), to: at(2) }, []],
    [{ text: "france" }, [3, 2, 1]],
    [{ text: '"capital of france"' }, [3, 1]],
    [{ text: "france capital", status: "succeeded" }, [1]],
    [{ text: "facade" }, [4]],
    [{ text: "france", from: at(2), canvasId: "b" }, [2]],
    [{ text: "???" }, []],
  ])("%j", (request, expected) => {
    expect(ids(request)).toEqual(expected);
  });

  test("a clock that was set back does not bring rows of another time", () => {
    addHistory(database, { created_at: at(0) });
    expect(ids({ from: at(2) })).toEqual([4, 3, 2]);
  });
});

test("pages follow each other without gap or repetition, also while rows are added", () => {
  addHistory(database, ...Array.from({ length: 25 }, () => ({})));
  const seen: number[] = [];
  let before: number | undefined;
  for (;;) {
    const page = historyPage(database, { limit: 10, before });
    seen.push(...page.rows.map(({ id }) => id));
    addHistory(database, {});
    if (page.next === null) break;
    before = page.next;
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => 25 - n));
});

test("page sizes are bounded, whatever is asked for", () => {
  addHistory(database, ...Array.from({ length: 260 }, () => ({})));
  const sizes = [undefined, 0, -5, 7.9, 1e9, Number.NaN].map((limit) => ids({ limit }).length);
  expect(sizes).toEqual([50, 1, 1, 7, 200, 50]);
  expect(historyExport(database, { limit: 1e9 }).rows).toHaveLength(250);
});

test("a list holds the beginning of long texts, an export the whole", () => {
  addHistory(database, { prompt: "p".repeat(1000), response: "r".repeat(1000) });
  expect(historyPage(database, {}).rows[0]?.prompt).toHaveLength(300);
  expect(historyExport(database, {}).rows[0]?.response).toHaveLength(1000);
});

test("a search that runs out of time says where to go on, and going on finds everything", () => {
  addHistory(database, { status: "failed" }, ...Array.from({ length: 39 }, () => ({})));
  // Ids far apart, as after years of retention; every look at the clock costs a minute.
  database.run("UPDATE processing_history SET id = id * 1000");
  let time = 0;
  const found: number[] = [];
  let pages = 0;
  let before: number | undefined;
  do {
    const scan = historyScan(database, { status: "failed", before }, "h.id", 50);
    if (scan === null) throw new Error("there is a scan");
    const page = scanNewestFirst<{ id: number }>(database, scan, () => (time += 60_000));
    found.push(...page.rows.map(({ id }) => id));
    before = page.next ?? undefined;
    pages += 1;
  } while (before !== undefined);
  expect(found).toEqual([1000]);
  expect(pages).toBe(40);
});

test.each<[HistoryRequest, RegExp]>([
  [{}, /^SEARCH h USING INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)$/],
  [{ from: at(1), to: at(2) }, /^SEARCH h USING INTEGER PRIMARY KEY/],
  [
    { canvasId: "a", status: "succeeded" },
    /^SEARCH h USING INDEX processing_history_canvas \(canvas_id=\? AND rowid/,
  ],
  [
    { status: "failed", model: "small" },
    /^SEARCH h USING INDEX processing_history_status \(status=\? AND rowid/,
  ],
  [
    { operation: "note_prompt" },
    /^SEARCH h USING INDEX processing_history_operation \(operation_type=\? AND rowid/,
  ],
  [{ model: "small", from: at(1) }, /^SEARCH h USING INDEX processing_history_model \(model=\? AND rowid/],
  [
    { text: "france", model: "small" },
    /^SCAN t VIRTUAL TABLE INDEX \S+; SEARCH h USING INTEGER PRIMARY KEY \(rowid=\?\)$/,
  ],
])("%j is read through an index and not sorted", (request, plan) => {
  const scan = historyScan(database, request, "h.*", 50);
  if (scan === null) throw new Error("there is a scan");
  const where = scan.conditions.map(({ sql }) => ` AND ${sql}`).join("");
  const sql = `SELECT h.* FROM ${scan.from} WHERE ${scan.id} > 0 AND ${scan.id} < 9${where} ORDER BY ${scan.id} DESC LIMIT 50`;
  const steps = database
    .query<{ detail: string }, (string | number | null)[]>(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...scan.conditions.map(({ value }) => value));
  expect(steps.map(({ detail }) => detail).join("; ")).toMatch(plan);
});
