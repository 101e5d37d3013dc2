import { expect, test } from "bun:test";
import fc from "fast-check";
import { CanvasState } from "./canvas-state.ts";
import { geometryOf, overlaps, type Rect } from "./geometry.ts";
import type { Widget } from "./widget.ts";

const EVERYWHERE: Rect = {
  x: -1e9,
  y: -1e9,
  width: Number.POSITIVE_INFINITY,
  height: Number.POSITIVE_INFINITY,
};
const IDS = ["w0", "w1", "w2", "w3", "w4", "w5"];

const rect = (most: number) =>
  fc.record({
    x: fc.integer({ min: -2000, max: 10_000 }),
    y: fc.integer({ min: -2000, max: 10_000 }),
    width: fc.integer({ min: 1, max: most }),
    height: fc.integer({ min: 1, max: most }),
  });

/** Parents come before their children in the list of ids, so that there are no circles of them. */
const update = fc
  .record({
    number: fc.nat(IDS.length - 1),
    parent: fc.nat(IDS.length - 1),
    place: rect(600),
    scale: fc.constantFrom(0.5, 1, 30),
    state: fc.constantFrom("normal", "normal", "normal", "deleted"),
  })
  .map(({ number, parent, place: { x, y, width, height }, scale, state }) => ({
    ...{ id: `w${number}`, widget_type: "Note", state, scale },
    parent_id: parent < number ? `w${parent}` : "root",
    location: { x, y },
    size: { width, height },
  }));

test("after every frame each widget is found where its parents put it, and nowhere else", () => {
  const frames = fc.array(fc.tuple(fc.boolean(), fc.array(update, { maxLength: 5 })), { maxLength: 12 });
  fc.assert(
    fc.property(frames, fc.array(rect(20_000), { minLength: 1, maxLength: 4 }), (list, areas) => {
      const state = new CanvasState();
      for (const [isSnapshot, updates] of list) {
        const frame = { isList: true, updates };
        Array.from(isSnapshot ? state.applySnapshot(frame) : state.applyEvent(frame));
        for (const area of [EVERYWHERE, ...areas]) {
          expect(sorted(state.within(area))).toEqual(sorted(bruteForce(state, area)));
        }
      }
    }),
    { numRuns: 300 },
  );
});

function bruteForce(state: CanvasState, area: Rect): [string, Rect][] {
  const all = [...state.all()].map((widget): [string, Rect] => [widget.id, rectOf(state, widget)]);
  return all.filter(([, each]) => overlaps(each, area));
}

function rectOf(state: CanvasState, widget: Widget): Rect {
  return geometryOf(widget, (id) => state.get(id)).rect;
}

function sorted(found: Iterable<[string, Rect]>): [string, Rect][] {
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
}

test("widgets that hold each other are still there", () => {
  const state = new CanvasState();
  const size = { width: 10, height: 10 };
  const updates = [
    { id: "a", widget_type: "Note", parent_id: "b", location: { x: 5, y: 5 }, size },
    { id: "b", widget_type: "Note", parent_id: "a", location: { x: 5, y: 5 }, size },
  ];
  Array.from(state.applySnapshot({ isList: true, updates }));
  expect(state.within(EVERYWHERE).size).toBe(2);
});

test("places no canvas has are kept like any other", () => {
  const state = new CanvasState();
  const updates = [1e308, -1e308, 1e15].map((x, n) => ({
    ...{ id: `w${n}`, widget_type: "Note", location: { x, y: x }, size: { width: 10, height: 1e308 } },
    scale: 1e9,
  }));
  Array.from(state.applySnapshot({ isList: true, updates }));
  Array.from(state.applyEvent({ isList: true, updates: [{ id: "w0", location: { x: 1, y: 1 }, scale: 1 }] }));
  expect([...state.within({ x: 0, y: 0, width: 5, height: 5 }).keys()]).toContain("w0");
});

test("what lies too far away for numbers to tell two neighbouring places apart is kept, too", () => {
  const state = new CanvasState();
  const far = {
    widget_type: "Note",
    location: { x: 1e9, y: 1e9 },
    size: { width: 0, height: 0 },
    scale: 1e9,
  };
  const updates = [
    { ...far, id: "a" },
    { ...far, id: "b", parent_id: "a" },
    { ...far, id: "c", parent_id: "b" },
  ];
  Array.from(state.applySnapshot({ isList: true, updates }));
  Array.from(state.applyEvent({ isList: true, updates: [{ id: "c", state: "deleted" }] }));
  expect([...state.all()].map(({ id }) => id).sort()).toEqual(["a", "b"]);
});
