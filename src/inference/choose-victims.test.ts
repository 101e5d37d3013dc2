import { expect, test } from "bun:test";
import { chooseVictims } from "./choose-victims.ts";

const victim = (
  name: string,
  bytes: number,
  lastUsed: number,
  more: { busy?: boolean; loadMs?: number } = {},
) => ({
  name,
  bytes,
  lastUsed,
  busy: false,
  loadMs: 1,
  ...more,
});
type Named = ReturnType<typeof victim>;
const names = (victims: readonly Named[] | null) => victims?.map(({ name }) => name) ?? null;

test("as few as possible", () => {
  const all = [victim("small", 2, 1), victim("other", 2, 2), victim("large", 4, 3)];
  expect(names(chooseVictims(all, 4))).toEqual(["large"]);
  expect(names(chooseVictims(all, 5))).toEqual(["small", "large"]);
  expect(chooseVictims(all, 9)).toBeNull();
  expect(chooseVictims([], 1)).toBeNull();
});

test("then idle ones before busy ones, then the least recently used, then the cheapest to reload", () => {
  const busy = victim("busy", 4, 0, { busy: true });
  expect(names(chooseVictims([busy, victim("idle", 4, 9)], 4))).toEqual(["idle"]);
  expect(names(chooseVictims([victim("recent", 4, 9), victim("old", 4, 5)], 4))).toEqual(["old"]);
  const costs = [victim("dear", 4, 5, { loadMs: 900 }), victim("cheap", 4, 5, { loadMs: 10 })];
  expect(names(chooseVictims(costs, 4))).toEqual(["cheap"]);
});
