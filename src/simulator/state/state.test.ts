import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Widget } from "../../canvus/widget.ts";
import { TestBench } from "../testing/test-bench.ts";
import type { WriteEntry } from "../write-log.ts";
import { StateFile } from "./state-file.ts";

let folder: string;
let benches: TestBench[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulator-state-"));
  benches = [];
});
afterEach(async () => {
  for (const bench of benches) await bench.simulator.stop();
  await rm(folder, { recursive: true });
});

const CANVASES = [{ id: "a" }, { id: "b", name: "Second" }];

async function start(file = "state.db"): Promise<TestBench> {
  const bench = await TestBench.start({
    canvases: CANVASES,
    stateFile: join(folder, file),
    uploadHashDelayMs: 5,
  });
  benches.push(bench);
  return bench;
}

/** What a killed process leaves: the files as they are at this moment, while it still runs. */
async function killedCopy(): Promise<string> {
  for (const suffix of ["", "-wal"]) {
    await writeFile(join(folder, `copy.db${suffix}`), await readFile(join(folder, `state.db${suffix}`)));
  }
  return "copy.db";
}

async function widgets(bench: TestBench): Promise<readonly Widget[]> {
  return (await (await bench.canvas("GET", "widgets")).json()) as Widget[];
}

async function writes(bench: TestBench): Promise<readonly WriteEntry[]> {
  const response = await fetch(`${bench.simulator.url}/_sim/log`);
  return ((await response.json()) as { entries: WriteEntry[] }).entries;
}

test("a killed simulator has its canvases, widgets, background and record of writes when it is started again", async () => {
  const first = await start();
  const kept = await first.widget("POST", "notes", { text: "kept" });
  const gone = await first.widget("POST", "notes", { text: "gone" });
  await first.widget("PATCH", `notes/${kept.id}`, { text: "changed" });
  await first.canvas("DELETE", `notes/${gone.id}`);
  await first.canvas("PATCH", "background", { background_color: "#112233ff" });
  await first.fetch("/api/v1/canvases/b", { method: "PATCH", body: JSON.stringify({ name: "Renamed" }) });
  const before = { widgets: await widgets(first), writes: await writes(first) };
  expect(before.widgets.map((widget) => widget.text)).toContain("changed");

  const second = await start(await killedCopy());
  expect(await widgets(second)).toEqual(before.widgets);
  expect(await writes(second)).toEqual(before.writes);
  expect(second.simulator.canvases).toEqual([
    { id: "a", name: "Canvas" },
    { id: "b", name: "Renamed" },
  ]);
  const next = await second.widget("POST", "notes", { text: "next" });
  expect((await writes(second)).at(-1)).toMatchObject({ seq: before.writes.length + 1, widget: next });
});

test("a change is on record before its answer is sent", async () => {
  const first = await start();
  await first.faults({ kind: "stall", when: "after", method: "POST", path: "*/notes" });
  const stream = await first.stream("notes?subscribe");
  await stream.items();
  const unanswered = first.canvas("POST", "notes", { text: "no answer yet" });
  await stream.items();
  const [seen] = await writes(first);
  expect(seen).toMatchObject({ applied: true, status: 0, faults: ["stall"] });

  const second = await start(await killedCopy());
  expect((await widgets(second)).some((widget) => widget.text === "no answer yet")).toBe(true);
  expect(await writes(second)).toMatchObject([{ ...seen }]);
  await first.fetch("/_sim/faults", { method: "DELETE" });
  expect((await unanswered).status).toBe(200);
  expect(await writes(first)).toMatchObject([{ ...seen, status: 200 }]);
});

test("uploaded files are kept, also one that was not processed yet", async () => {
  const first = await start();
  const bytes = new TextEncoder().encode("%PDF-1.4 not really");
  const response = await first.upload("pdfs", [
    ["json", JSON.stringify({ title: "report" })],
    ["data", new Blob([bytes]), "report.pdf"],
  ]);
  const pdf = (await response.json()) as Widget;
  expect(pdf.hash).toBe("");

  const second = await start(await killedCopy());
  const stream = await second.stream(`pdfs/${pdf.id}?subscribe`);
  while (((await stream.frame()) as Widget).hash === "");
  expect(await (await second.canvas("GET", `pdfs/${pdf.id}/download`)).bytes()).toEqual(bytes);
});

test("a write that was torn by the kill is undone, all before it stays", async () => {
  const first = await start();
  await first.widget("POST", "notes", { text: "whole" });
  const copy = await killedCopy();
  const { size } = Bun.file(join(folder, `${copy}-wal`));
  await truncate(join(folder, `${copy}-wal`), size - 100);
  const second = await start(copy);
  const notes = (await widgets(second)).filter((widget) => widget.widget_type === "Note");
  expect(notes.length).toBeLessThanOrEqual(1);
  for (const note of notes) expect(note.text).toBe("whole");
  await second.widget("POST", "notes", { text: "after" });
});

test("the oldest writes are dropped from the file, numbers are never reused", () => {
  const file = new StateFile(join(folder, "writes.db"));
  const entry = { time: "", method: "POST", path: "", status: 200, applied: true, faults: [] };
  for (const seq of [1, 2, 3]) file.saveWrite({ ...entry, seq });
  file.saveWrite({ ...entry, seq: 3, status: 0 });
  file.dropWrites(2);
  expect(file.writes()).toEqual({ entries: [{ ...entry, seq: 3, status: 0 }], total: 3 });
  file.dropWrites(3);
  expect(file.writes()).toEqual({ entries: [], total: 3 });
  file.close();
});

test("a file that is no state is refused with a clear message", async () => {
  await writeFile(join(folder, "other.txt"), "something else, and not a database at all".repeat(100));
  expect(() => new StateFile(join(folder, "other.txt"))).toThrow("cannot keep its state in");
});
