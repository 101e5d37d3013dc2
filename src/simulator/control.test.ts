import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Widget } from "../canvus/widget.ts";
import { iconFile } from "./control/icon-files.ts";
import { TestBench } from "./testing/test-bench.ts";
import { WriteLog } from "./write-log.ts";

let bench: TestBench;

beforeEach(async () => {
  bench = await TestBench.start();
});
afterEach(() => bench.simulator.stop());

test("typing shows every intermediate text, whole emoji at a time", async () => {
  const stream = await bench.stream("notes?subscribe");
  await stream.frame();
  const typed = bench.control("type-text", { text: "a😀b", cadence_ms: 2, location: { x: 10, y: 20 } });
  const texts: unknown[] = [];
  while (texts.at(-1) !== "a😀b") texts.push(...(await stream.items()).map((item) => item.text));
  expect(texts).toEqual(["", "a", "a😀", "a😀b"]);
  const note = (await (await typed).json()) as Widget;
  expect(note).toMatchObject({ text: "a😀b", location: { x: 10, y: 20 } });
  const more = await bench.control("type-text", { widget_id: note.id, text: "!!", cadence_ms: 0, chunk: 2 });
  expect(await more.json()).toMatchObject({ id: note.id, text: "a😀b!!" });
});

test("a crowd writes its notes and moves them about", async () => {
  const written = await bench.control("crowd", { notes: 20 });
  expect(await written.json()).toEqual({ notes: 20, updates: 0 });
  const stream = await bench.stream("notes?subscribe");
  const before = new Map((await stream.items()).map((note) => [note.id, note]));
  expect(before.size).toBe(20);
  expect(new Set([...before.values()].map(({ location }) => JSON.stringify(location))).size).toBe(20);
  const moved = bench.control("crowd", { updates_per_second: 1000, seconds: 0.05 });
  const seen = new Set<unknown>();
  while (seen.size < 20) {
    for (const note of await stream.items()) {
      expect(note.location).not.toEqual(before.get(note.id)?.location);
      seen.add(note.id);
    }
  }
  expect(await (await moved).json()).toEqual({ notes: 0, updates: 50 });
  expect((await bench.control("crowd", { updates_per_second: -1 })).status).toBe(400);
  expect((await bench.control("crowd", { canvas_id: "unknown" })).status).toBe(404);
});

test("an icon lands on what it is dropped on", async () => {
  const anchor = await bench.widget("POST", "anchors", {});
  const dropped = await bench.control("drop-icon", { icon: "AI_Icon_PDF_Precis", onto: anchor.id });
  expect(await dropped.json()).toMatchObject({
    widget_type: "Image",
    title: "AI_Icon_PDF_Precis",
    parent_id: anchor.id,
    scale: 0.33,
    size: { width: 193, height: 250 },
  });
  expect((await bench.control("drop-icon", { icon: "X", onto: "nobody" })).status).toBe(404);
  expect((await bench.control("drop-icon", {})).status).toBe(400);
});

test("a snapshot is an image titled with date and time", async () => {
  const picture = await Bun.file(iconFile("AI_Icon_PDF_Precis").path).bytes();
  const image = Buffer.from(picture).toString("base64");
  const taken = await bench.control("snapshot", { image_base64: image, size: { width: 40, height: 20 } });
  expect(await taken.json()).toMatchObject({
    widget_type: "Image",
    title: expect.stringMatching(/^Snapshot at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    size: { width: 40, height: 20 },
  });
  expect((await bench.control("snapshot", { image_base64: "AAAA" })).status).toBe(400);
});

test("the log holds every write with its result, refusals included", async () => {
  const note = await bench.widget("POST", "notes", { text: "a" });
  await bench.canvas("PATCH", `notes/${note.id}`, { scale: -1 });
  await bench.canvas("GET", "notes");
  await bench.canvas("DELETE", `notes/${note.id}`);
  const { entries, total, dropped } = (await (await bench.fetch("/_sim/log")).json()) as Record<
    string,
    unknown
  >;
  expect([total, dropped]).toEqual([3, 0]);
  expect(entries).toMatchObject([
    {
      seq: 1,
      method: "POST",
      path: `/api/v1/canvases/${bench.canvasId}/notes`,
      status: 200,
      applied: true,
      widget: note,
    },
    { seq: 2, method: "PATCH", status: 400, applied: false },
    { seq: 3, method: "DELETE", status: 200, widget: { id: note.id, state: "deleted" } },
  ]);
  const newest = (await (await bench.fetch("/_sim/log?after=2")).json()) as { entries: unknown[] };
  expect(newest.entries).toHaveLength(1);
});

test("the log drops its oldest entries and counts them", () => {
  const log = new WriteLog();
  const entry = { time: "", method: "POST", path: "/", status: 200, applied: true, faults: [] };
  for (let i = 0; i < 5003; i++) log.add(entry);
  expect([log.total, log.dropped, log.since(0)[0]?.seq]).toEqual([5003, 3, 4]);
});

test("the state lists open streams", async () => {
  const stream = await bench.stream("widgets?subscribe");
  await stream.frame();
  expect(await (await bench.fetch("/_sim/state")).json()).toMatchObject({
    streams: [`/api/v1/canvases/${bench.canvasId}/widgets`],
    canvases: [{ id: bench.canvasId, widgets: 1 }],
  });
});
