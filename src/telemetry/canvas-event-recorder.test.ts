import { expect, test } from "bun:test";
import type { WidgetChange } from "../canvus/widget.ts";
import type { CanvasEventInsert } from "../storage/schema.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { CanvasEventRecorder } from "./canvas-event-recorder.ts";

function setup() {
  const timers = new FakeTimers();
  const rows: CanvasEventInsert[] = [];
  const recorder = new CanvasEventRecorder({
    record: (entry) => {
      if (entry.table === "canvas_events") rows.push(entry.row);
    },
    correlationOf: ({ title }) => (title?.startsWith("AI answer ") ? title.slice("AI answer ".length) : null),
    timers,
  });
  return { timers, rows, recorder };
}

function note(id: string, fields: object = {}) {
  return { id, widget_type: "Note", ...fields };
}

function moved(id: string, x: number): WidgetChange {
  const at = (position: number) => note(id, { location: { x: position, y: 0 }, text: "secret plans" });
  return { kind: "updated", widget: at(x), previous: at(x - 1) };
}

test("additions and deletions are recorded at once, answers with their correlation id, texts never", () => {
  const { recorder, rows, timers } = setup();
  recorder.onChanges("c1", [{ kind: "added", widget: note("n1", { text: "secret plans" }) }], "event");
  recorder.onChanges("c1", [{ kind: "added", widget: note("n2", { title: "AI answer abc" }) }], "event");
  recorder.onChanges("c1", [{ kind: "deleted", widget: note("n1", { state: "deleted" }) }], "event");
  const common = { canvas_id: "c1", widget_type: "Note", created_at: new Date(timers.now()).toISOString() };
  expect(rows).toEqual([
    { ...common, widget_id: "n1", operation_type: "added", correlation_id: null },
    { ...common, widget_id: "n2", operation_type: "added", correlation_id: "abc" },
    { ...common, widget_id: "n1", operation_type: "deleted", correlation_id: null },
  ]);
});

test("what is there at first sight is no event; what changed while the stream was away is", () => {
  const { recorder, rows } = setup();
  recorder.onChanges("c1", [{ kind: "added", widget: note("old") }], "first-sight");
  recorder.onChanges("c1", [{ kind: "added", widget: note("older") }], "first-sight");
  recorder.onChanges("c1", [{ kind: "added", widget: note("new") }], "snapshot");
  expect(rows.map(({ canvas_id, widget_id }) => `${canvas_id}/${widget_id}`)).toEqual(["c1/new"]);
});

test("thousands of moves a second are one row for each widget and interval, with their number and fields", () => {
  const { recorder, rows, timers } = setup();
  for (let n = 0; n < 5000; n += 1) {
    recorder.onChanges("c1", [moved(`w${n % 10}`, n)], "event");
    if (n % 100 === 0) timers.advance(20);
  }
  const [before, after] = [note("w0", { text: "a" }), note("w0", { text: "b" })];
  recorder.onChanges("c1", [{ kind: "updated", widget: after, previous: before }], "event");
  timers.advance(5000);
  expect(rows).toHaveLength(10);
  expect(rows.map(({ changes }) => changes)).toEqual([501, ...Array(9).fill(500)]);
  expect(rows[0]?.changed_fields).toBe("location,text");
  expect(recorder.dropped).toBe(0);
});

test("a deletion comes after the updates before it", () => {
  const { recorder, rows } = setup();
  recorder.onChanges("c1", [moved("w1", 1), moved("w2", 1)], "event");
  recorder.onChanges("c1", [{ kind: "deleted", widget: note("w1") }], "event");
  expect(rows.map(({ widget_id, operation_type }) => `${widget_id} ${operation_type}`)).toEqual([
    "w1 updated",
    "w1 deleted",
  ]);
});

test("a burst has room, a lasting flood is cut and counted, and there is room again later", () => {
  const { recorder, rows, timers } = setup();
  const add = (count: number) => {
    for (let n = 0; n < count; n += 1)
      recorder.onChanges("c1", [{ kind: "added", widget: note(`w${n}`) }], "event");
  };
  add(1500);
  expect([rows.length, recorder.dropped]).toEqual([1000, 500]);
  timers.advance(10_000);
  add(100);
  expect([rows.length, recorder.dropped]).toEqual([1050, 550]);
});

test("stopping hands on what has gathered", async () => {
  const { recorder, rows, timers } = setup();
  recorder.onChanges("c1", [moved("w1", 1)], "event");
  await recorder.stop();
  expect(rows).toHaveLength(1);
  expect(timers.pending).toBe(0);
});
