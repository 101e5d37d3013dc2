import { expect, test } from "bun:test";
import { chainToTop, contains, GeometryIndex, geometryOf, overlaps } from "./geometry.ts";
import type { Widget } from "./widget.ts";

function lookupIn(...widgets: Widget[]) {
  const byId = new Map(widgets.map((widget) => [widget.id, widget]));
  return (id: string) => byId.get(id);
}

const root: Widget = {
  id: "root",
  widget_type: "SharedCanvas",
  parent_id: "",
  location: { x: 0, y: 0 },
  size: { width: 9600, height: 5400 },
  scale: 1,
};

function widget(id: string, parent_id: string, x: number, y: number, scale: number): Widget {
  return { id, widget_type: "Note", parent_id, location: { x, y }, size: { width: 300, height: 200 }, scale };
}

test("a top-level widget lies where it says and is drawn by its scale", () => {
  const note = widget("n", "root", 100, 50, 0.5);
  expect(geometryOf(note, lookupIn(root))).toEqual({
    rect: { x: 100, y: 50, width: 150, height: 100 },
    scale: 0.5,
  });
});

test("places and scales add up along all parents", () => {
  const outer = widget("outer", "root", 1000, 500, 2);
  const inner = widget("inner", "outer", 10, 20, 0.5);
  const note = widget("n", "inner", 8, 4, 3);
  // outer: 1000/500, inside ×2; inner: +20/+40, inside ×1; note: +8/+4, drawn ×3
  expect(geometryOf(note, lookupIn(root, outer, inner))).toEqual({
    rect: { x: 1028, y: 544, width: 900, height: 600 },
    scale: 3,
  });
});

test("missing fields, a missing parent and a scale of zero are tolerated", () => {
  expect(geometryOf({ id: "c", widget_type: "Connector" }, lookupIn())).toEqual({
    rect: { x: 0, y: 0, width: 0, height: 0 },
    scale: 1,
  });
  expect(geometryOf(widget("n", "gone", 7, 8, 1), lookupIn()).rect).toMatchObject({ x: 7, y: 8 });
  expect(geometryOf(widget("n", "root", 7, 8, 0), lookupIn(root)).scale).toBe(1);
});

test("a cycle of parents ends", () => {
  const a = widget("a", "b", 1, 1, 2);
  const b = widget("b", "a", 1, 1, 2);
  expect(geometryOf(a, lookupIn(a, b))).toEqual({ rect: { x: 3, y: 3, width: 1200, height: 800 }, scale: 4 });
  expect(chainToTop(a, lookupIn(a, b)).map(({ id }) => id)).toEqual(["a", "b"]);
});

test("an index gives every widget what it would get alone", () => {
  const outer = widget("outer", "root", 1000, 500, 2);
  const inner = widget("inner", "outer", 10, 20, 0.5);
  const notes = [
    widget("n1", "inner", 1, 2, 1),
    widget("n2", "inner", 3, 4, 2),
    widget("n3", "outer", 5, 6, 1),
  ];
  const lookup = lookupIn(root, outer, inner);
  const index = new GeometryIndex(lookup);
  for (const note of [...notes, outer, inner]) expect(index.of(note)).toEqual(geometryOf(note, lookup));
});

test("the chain to the top leaves the canvas itself out", () => {
  const outer = widget("outer", "root", 0, 0, 1);
  const note = widget("n", "outer", 0, 0, 1);
  expect(chainToTop(note, lookupIn(root, outer)).map(({ id }) => id)).toEqual(["n", "outer"]);
});

test("rectangles that only touch do not overlap, and contain themselves", () => {
  const one = { x: 0, y: 0, width: 10, height: 10 };
  expect(overlaps(one, { ...one, x: 10 })).toBe(false);
  expect(overlaps(one, { ...one, x: 9.9 })).toBe(true);
  expect(contains(one, one)).toBe(true);
  expect(contains(one, { ...one, x: 0.1 })).toBe(false);
});
