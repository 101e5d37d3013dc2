import { expect, test } from "bun:test";
import fc from "fast-check";
import { SplitMap } from "./split-map.ts";

test("it holds what a Map would hold, whatever the keys are", () => {
  const key = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "a", "b"));
  const step = fc.tuple(key, fc.option(fc.nat()));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const [split, plain] = [new SplitMap<number>(), new Map<string, number>()];
      for (const [key, value] of steps) {
        for (const map of [split, plain]) {
          if (value === null) map.delete(key);
          else map.set(key, value);
        }
        expect(split.size).toBe(plain.size);
        expect(split.get(key)).toBe(plain.get(key));
      }
      expect([...split.values()].sort()).toEqual([...plain.values()].sort());
    }),
    { numRuns: 30 },
  );
});

test("everything may be deleted while one walks through it", () => {
  const ids = Array.from({ length: 1000 }, () => crypto.randomUUID());
  const map = new SplitMap<string>();
  for (const id of ids) map.set(id, id);
  let seen = 0;
  for (const id of map.values()) {
    map.delete(id);
    seen += 1;
  }
  expect([seen, map.size]).toEqual([1000, 0]);
});
