import { beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import { CanvasState } from "./canvas-state.ts";
import type { WidgetUpdate } from "./parse-widget.ts";
import type { Widget, WidgetChange } from "./widget.ts";

const root = { id: "root", widget_type: "SharedCanvas", parent_id: "", size: { width: 9600, height: 5400 } };
let state: CanvasState;

const note = (id: string, more: Partial<Widget> = {}): Widget => ({
  id,
  widget_type: "Note",
  parent_id: "root",
  state: "normal",
  text: id,
  ...more,
});
const snapshot = (...updates: WidgetUpdate[]) => [...state.applySnapshot({ isList: true, updates })].flat();
const event = (...updates: WidgetUpdate[]) => [...state.applyEvent({ isList: true, updates })].flat();
const summary = (changes: WidgetChange[]) => changes.map(({ kind, widget }) => `${kind} ${widget.id}`);

beforeEach(() => {
  state = new CanvasState();
});

test("the first snapshot adds everything and finds the shared canvas", () => {
  expect(summary(snapshot(note("a"), root))).toEqual(["added a", "added root"]);
  expect(state.sharedCanvas).toEqual(root);
  expect(state.size).toBe(2);
});

test("a second snapshot reports only what differs: changed, new and gone", () => {
  snapshot(root, note("same"), note("edited"), note("gone"));
  const changes = snapshot(root, note("same"), note("edited", { text: "new text" }), note("new"));
  expect(summary(changes)).toEqual(["updated edited", "added new", "deleted gone"]);
  expect(changes[0]?.previous?.text).toBe("edited");
  expect(changes[2]).toMatchObject({ widget: { state: "deleted", text: "gone" } });
});

test("a snapshot replaces: a field it lacks is gone", () => {
  snapshot(note("a", { title: "old" }));
  snapshot(note("a"));
  expect(state.get("a")).not.toHaveProperty("title");
});

test("an event merges over what is known and leaves the rest alone", () => {
  snapshot(root, note("a"), note("b"));
  const changes = event({ id: "a", text: "edited" });
  expect(changes).toEqual([{ kind: "updated", previous: note("a"), widget: note("a", { text: "edited" }) }]);
  expect(state.size).toBe(3);
});

test("an event that changes nothing is no change", () => {
  snapshot(note("a"));
  expect(event(note("a"))).toEqual([]);
  expect(state.counters.unchanged).toBe(1);
});

test("a deletion needs nothing but id and state", () => {
  snapshot(root, note("a"));
  const changes = event({ id: "a", state: "deleted" });
  expect(changes).toEqual([
    { kind: "deleted", previous: note("a"), widget: note("a", { state: "deleted" }) },
  ]);
  expect(state.get("a")).toBeUndefined();
});

test("descendants go with their parent, and their own deletions later are ignored", () => {
  snapshot(
    root,
    note("a"),
    note("child", { parent_id: "a" }),
    note("grandchild", { parent_id: "child" }),
    note("b"),
  );
  expect(summary(event({ id: "a", state: "deleted" }))).toEqual([
    "deleted a",
    "deleted child",
    "deleted grandchild",
  ]);
  expect(event({ id: "child", state: "deleted" })).toEqual([]);
  expect(state.counters.unknownDeletions).toBe(1);
  expect([...state.all()].map((widget) => widget.id).sort()).toEqual(["b", "root"]);
});

test("a child that moves away in the frame that deletes its parent survives, in either order", () => {
  for (const order of [0, 1]) {
    state = new CanvasState();
    snapshot(root, note("a"), note("child", { parent_id: "a" }));
    const frame: WidgetUpdate[] = [
      { id: "child", parent_id: "root" },
      { id: "a", state: "deleted" },
    ];
    expect(summary(event(...(order === 0 ? frame : frame.reverse())))).toEqual([
      "updated child",
      "deleted a",
    ]);
  }
});

test("a cycle of parents is deleted once and does not hang", () => {
  snapshot(note("a", { parent_id: "b" }), note("b", { parent_id: "a" }));
  expect(summary(event({ id: "a", state: "deleted" }))).toEqual(["deleted a", "deleted b"]);
  expect(state.size).toBe(0);
});

test("a partial update of an unknown widget is counted, not invented", () => {
  expect(event({ id: "x", text: "who?" })).toEqual([]);
  expect(state.counters.incomplete).toBe(1);
});

test("a missing state does not hide a widget", () => {
  expect(summary(event({ id: "x", widget_type: "Note" }))).toEqual(["added x"]);
});

test("a child that moved goes with its new parent, no longer with the old one", () => {
  snapshot(root, note("a"), note("b"), note("child", { parent_id: "a" }));
  event({ id: "child", parent_id: "b" });
  expect(summary(event({ id: "a", state: "deleted" }))).toEqual(["deleted a"]);
  expect(summary(event({ id: "b", state: "deleted" }))).toEqual(["deleted b", "deleted child"]);
});

test("connectors are found at once, as they are now, and not when they are gone", () => {
  const connector = { id: "c", widget_type: "Connector", src: { id: "a" }, dst: { id: "b" } };
  snapshot(root, note("a"), note("b"), connector);
  event({ id: "c", dst: { id: "root" } });
  expect([...state.connectors()]).toEqual([{ ...connector, dst: { id: "root" } }]);
  event({ id: "c", state: "deleted" });
  expect([...state.connectors()]).toEqual([]);
});

test("beyond the limit widgets are refused and counted", () => {
  state = new CanvasState(2);
  expect(snapshot(note("a"), note("b"), note("c"))).toHaveLength(2);
  expect(state.counters.refused).toBe(1);
});

test("a large frame comes in batches of changes, also when a single deletion takes everything along", () => {
  const notes = Array.from({ length: 1000 }, (_, n) => note(`n${n}`));
  const largest = (batches: Iterable<WidgetChange[]>) => {
    const sizes = [...batches].map((batch) => batch.length);
    return { total: sizes.reduce((sum, size) => sum + size, 0), largest: Math.max(...sizes) };
  };
  const first = state.applySnapshot({ isList: true, updates: [root, ...notes] });
  expect(largest(first)).toEqual({ total: 1001, largest: 100 });
  const gone = state.applyEvent({ isList: true, updates: [{ id: "root", state: "deleted" }] });
  expect(largest(gone)).toEqual({ total: 1001, largest: 100 });
  expect(state.size).toBe(0);
});

test("changes replayed over the old picture always give the new one", () => {
  const update = fc.record({
    id: fc.constantFrom("a", "b", "c", "d"),
    parent_id: fc.constantFrom("root", "a", "b", "c", "d"),
    text: fc.constantFrom("1", "2"),
    state: fc.constantFrom("normal", "normal", "deleted"),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.array(update))), (frames) => {
      state = new CanvasState();
      const replayed = new Map<string, Widget>();
      for (const [isSnapshot, updates] of frames) {
        const full = updates.map((fields) => ({ ...fields, widget_type: "Note" }));
        for (const { kind, widget } of isSnapshot ? snapshot(...full) : event(...full)) {
          expect(replayed.has(widget.id)).toBe(kind !== "added");
          if (kind === "deleted") replayed.delete(widget.id);
          else replayed.set(widget.id, widget);
        }
        expect(new Map([...state.all()].map((widget) => [widget.id, widget]))).toEqual(replayed);
      }
    }),
  );
});
