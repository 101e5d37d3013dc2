import { expect, test } from "bun:test";
import { CanvasState } from "../canvus/canvas-state.ts";
import { overlaps } from "../canvus/geometry.ts";
import type { Point, Widget } from "../canvus/widget.ts";
import { AnswerPlaces, type PlacedAnswer } from "./answer-places.ts";

const SIZE = { width: 300, height: 300 };

function note(id: string, location: Point, more: Partial<Widget> = {}): Widget {
  return { id, widget_type: "Note", state: "normal", location, size: SIZE, scale: 1, ...more };
}

function canvas(...widgets: Widget[]) {
  const root = { id: "root", widget_type: "SharedCanvas", size: { width: 9600, height: 5400 } };
  const state = new CanvasState();
  Array.from(state.applySnapshot({ isList: true, updates: [root, ...widgets] }));
  const show = (widget: Widget) => Array.from(state.applyEvent({ isList: true, updates: [widget] }));
  return { state, show, places: new AnswerPlaces(state) };
}

function answer(trigger: Widget, answerId: string | null = null): PlacedAnswer {
  return { correlationId: `for ${trigger.id}`, anchor: trigger, answerId };
}

test("two answers that are created at the same time do not lie on each other", () => {
  const left = note("left", { x: 100, y: 100 });
  const right = note("right", { x: 1200, y: 100 });
  const { places } = canvas(left, right);
  const [one, two] = [
    places.take(answer(left), { width: 900, height: 300 }),
    places.take(answer(right), SIZE),
  ];
  expect(one.moves && two.moves).toBe(true);
  const rects = [
    { ...one.point, width: 900, height: 300 },
    { ...two.point, ...SIZE },
  ] as const;
  expect(overlaps(...rects)).toBe(false);
});

test("a growing answer stays where it is until it would grow over something", () => {
  const trigger = note("q", { x: 100, y: 100 });
  const { places, show } = canvas(trigger, note("below", { x: 400, y: 700 }));
  const { point } = places.take(answer(trigger), SIZE);
  show(note("a", point));
  expect(places.take(answer(trigger, "a"), { width: 300, height: 500 })).toEqual({ point, moves: false });
  const moved = places.take(answer(trigger, "a"), { width: 300, height: 700 });
  expect(moved.moves).toBe(true);
  // The stream still shows the first place; that is no reason to take it for moved by people.
  expect(places.take(answer(trigger, "a"), { width: 300, height: 720 })).toEqual({ ...moved, moves: false });
});

test("on a backdrop a growing answer is not placed anew at every growth", () => {
  const trigger = note("q", { x: 1000, y: 1000 });
  const backdrop = note(
    "photo",
    { x: 0, y: 0 },
    { widget_type: "Image", size: { width: 9600, height: 5400 } },
  );
  const { places, show } = canvas(backdrop, trigger);
  const { point } = places.take(answer(trigger), SIZE);
  show(note("a", point));
  for (const height of [400, 500, 600]) {
    expect(places.take(answer(trigger, "a"), { width: 300, height })).toEqual({ point, moves: false });
  }
});

test("an answer that people moved stays there, whatever it grows over, and others keep away from it", () => {
  const trigger = note("q", { x: 100, y: 100 });
  const { places, show } = canvas(trigger, note("other", { x: 3000, y: 3500 }));
  const { point } = places.take(answer(trigger), SIZE);
  show(note("a", point));
  show(note("a", { x: 3000, y: 3000 }));
  const grown = { width: 300, height: 800 };
  expect(places.take(answer(trigger, "a"), grown)).toEqual({ point: { x: 3000, y: 3000 }, moves: false });
  show(note("a", { x: 4000, y: 3000 }, { size: grown }));
  expect(places.take(answer(trigger, "a"), grown).point).toEqual({ x: 4000, y: 3000 });
  const second = note("q2", { x: 3600, y: 3000 });
  show(second);
  const beside = places.take(answer(second), SIZE).point;
  expect(overlaps({ ...beside, ...SIZE }, { x: 4000, y: 3000, ...grown })).toBe(false);
});

test("an answer of an earlier run is left where it was found", () => {
  const trigger = note("q", { x: 100, y: 100 });
  const { places } = canvas(trigger, note("a", { x: 5000, y: 100 }));
  for (const height of [300, 400]) {
    const place = places.take(answer(trigger, "a"), { width: 300, height });
    expect(place).toEqual({ point: { x: 5000, y: 100 }, moves: false });
  }
});

test("a released place is free again", () => {
  const trigger = note("q", { x: 100, y: 100 });
  const other = note("other", { x: 100, y: 100 });
  const { places } = canvas(trigger);
  const first = places.take(answer(trigger), SIZE).point;
  expect(places.take(answer(other), SIZE).point).not.toEqual(first);
  places.release("for q");
  places.release("for other");
  expect(places.take(answer(other), SIZE).point).toEqual(first);
});

test("an answer is drawn as large as its question and lies above what that lies in", () => {
  const board = note("board", { x: 1000, y: 1000 }, { scale: 0.5, depth: 7, parent_id: "root" });
  const trigger = note("q", { x: 10, y: 10 }, { scale: 0.5, depth: 2, parent_id: "board" });
  const { places } = canvas(board, trigger);
  expect(places.standing(trigger)).toEqual({ scale: 0.25, depth: 8 });
  const { point } = places.take(answer(trigger), SIZE);
  expect(point.x).toBeGreaterThanOrEqual(1005 + 75);
});
