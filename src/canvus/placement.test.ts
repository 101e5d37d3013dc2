import { expect, test } from "bun:test";
import fc from "fast-check";
import { contains, overlaps, type Rect } from "./geometry.ts";
import { type Occupied, placeBeside } from "./placement.ts";

const canvas: Rect = { x: 0, y: 0, width: 9600, height: 5400 };
const trigger: Rect = { x: 4000, y: 2000, width: 300, height: 300 };
const size = { width: 480, height: 400 };
const GAP = 15;

const among = (rects: readonly Rect[]) => (area: Rect, most?: number) =>
  rects.filter((rect) => overlaps(rect, area)).slice(0, most);
const place = (occupied: Rect[], from = trigger) => ({
  ...placeBeside(from, size, among(occupied), canvas),
  ...size,
});
const beside = {
  right: { x: 4300 + GAP, y: 2000, ...size },
  below: { x: 4000, y: 2300 + GAP, ...size },
  left: { x: 4000 - GAP - 480, y: 2000, ...size },
  above: { x: 4000, y: 2000 - GAP - 400, ...size },
};

test("the first choice is right of the trigger with a small gap", () => {
  expect(place([])).toEqual(beside.right);
});

test("something in the way is passed on the right", () => {
  const blocker = { x: 4400, y: 2100, width: 200, height: 100 };
  expect(place([blocker])).toEqual({ ...beside.right, x: 4600 + GAP });
});

test("then below, left and above, each when the ones before are blocked far out", () => {
  const right = { x: 4310, y: 2000, width: 3000, height: 300 };
  const below = { x: 4000, y: 2310, width: 600, height: 3000 };
  const left = { x: 500, y: 2000, width: 3490, height: 300 };
  expect(place([right])).toEqual(beside.below);
  expect(place([right, below])).toEqual(beside.left);
  expect(place([right, below, left])).toEqual(beside.above);
});

test("at the right edge of the canvas it goes below, in the corner to the left", () => {
  expect(place([], { ...trigger, x: 9250 - 300 })).toMatchObject({ y: 2300 + GAP });
  const corner = { x: 9300, y: 5100, width: 300, height: 300 };
  const placed = place([], corner);
  expect(contains(canvas, placed)).toBe(true);
  expect(overlaps(placed, corner)).toBe(false);
});

test("with all sides blocked the nearest free place on the canvas is found", () => {
  const wall = { x: 1500, y: 500, width: 5000, height: 3500 };
  const ring = [
    { x: wall.x, y: wall.y, width: trigger.x - wall.x, height: wall.height },
    { x: 4300, y: wall.y, width: 2200, height: wall.height },
    { x: 4000, y: wall.y, width: 300, height: 1500 },
    { x: 4000, y: 2300, width: 300, height: 1700 },
  ];
  const placed = place(ring);
  expect(contains(canvas, placed)).toBe(true);
  for (const rect of [...ring, trigger]) expect(overlaps(placed, rect)).toBe(false);
});

test("a trigger on a backdrop gets its answer beside it, on the backdrop", () => {
  expect(place([canvas])).toEqual(beside.right);
  const neighbour = { x: 4310, y: 1900, width: 300, height: 500 };
  expect(place([canvas, neighbour])).toEqual({ ...beside.right, x: 4610 + GAP });
});

test("a small parent is left rather than covered", () => {
  const parent = { x: 3900, y: 1900, width: 600, height: 500 };
  expect(place([parent])).toEqual({ ...beside.right, x: 4500 + GAP });
});

test("a full canvas is left to the right, never covered", () => {
  const tiles = Array.from({ length: 60 }, (_, i) => ({
    x: (i % 10) * 960,
    y: Math.floor(i / 10) * 900,
    width: 950,
    height: 890,
  }));
  const placed = placeBeside(tiles[0] ?? trigger, size, among(tiles), canvas);
  for (const tile of tiles) expect(overlaps({ ...placed, ...size }, tile)).toBe(false);
  expect(placed.x).toBeGreaterThanOrEqual(9600 - 10);
});

test("without a known canvas size there are no edges", () => {
  const nowhere = { x: 0, y: 0, width: 0, height: 0 };
  expect(placeBeside({ ...trigger, x: 20_000 }, size, among([]), nowhere)).toEqual({
    x: 20_300 + GAP,
    y: 2000,
  });
});

test("whatever lies around, the answer covers neither the trigger nor anything else, and stays put", () => {
  const rect = fc.record({
    x: fc.integer({ min: -500, max: 9000 }),
    y: fc.integer({ min: -500, max: 5000 }),
    width: fc.integer({ min: 1, max: 1500 }),
    height: fc.integer({ min: 1, max: 1500 }),
  });
  const wanted = fc.record({
    width: fc.integer({ min: 50, max: 1660 }),
    height: fc.integer({ min: 50, max: 3000 }),
  });
  fc.assert(
    fc.property(rect, wanted, fc.array(rect, { maxLength: 60 }), (from, answer, occupied) => {
      const point = placeBeside(from, answer, among(occupied), canvas);
      const placed = { ...point, ...answer };
      expect(overlaps(placed, from)).toBe(false);
      for (const other of occupied) {
        // On a backdrop, and only there, the answer may lie on what the trigger lies on.
        if (!contains(other, from)) expect(overlaps(placed, other)).toBe(false);
      }
      expect(placeBeside(from, answer, among(occupied.toReversed()), canvas)).toEqual(point);
    }),
    { numRuns: 200 },
  );
});

test("of 100,000 widgets around not even all are looked at once, also when no place beside the trigger is free", () => {
  const crowd = Array.from({ length: 100_000 }, (_, i) => ({
    x: (i % 400) * 24,
    y: Math.floor(i / 400) * 20,
    width: 22,
    height: 18,
  }));
  let lookedAt = 0;
  const occupied: Occupied = (area, most) => {
    const found = among(crowd)(area, most);
    lookedAt += found.length;
    return found;
  };
  const placed = placeBeside(trigger, size, occupied, canvas);
  expect(crowd.some((rect) => overlaps({ ...placed, ...size }, rect))).toBe(false);
  expect(lookedAt).toBeLessThan(crowd.length);
});
