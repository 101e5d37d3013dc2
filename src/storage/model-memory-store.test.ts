import { expect, test } from "bun:test";
import { createModelMemoryStore } from "./model-memory-store.ts";
import { memoryDatabase } from "./testing/sample-rows.ts";

const KEY = { model: "small.gguf", contextSize: 4096, sequences: 2, device: "cuda:0", build: "1.2" };

test("the latest measurement of exactly this combination is recalled", () => {
  const database = memoryDatabase();
  const store = createModelMemoryStore(database);
  expect(store.recall(KEY)).toBeNull();
  store.remember(KEY, 6_000_000_000);
  store.remember(KEY, 7_000_000_000);
  expect(store.recall(KEY)).toBe(7_000_000_000);
  const others = [
    { contextSize: 8192 },
    { sequences: 1 },
    { device: "off" },
    { build: "1.3" },
    { model: "large" },
  ];
  for (const other of others) expect(store.recall({ ...KEY, ...other })).toBeNull();
  database.close();
});

test("the least recently used make room for the 201st", () => {
  const database = memoryDatabase();
  let time = 0;
  const store = createModelMemoryStore(database, () => new Date(time++));
  for (let n = 0; n < 200; n += 1) store.remember({ ...KEY, contextSize: n }, n);
  store.remember({ ...KEY, contextSize: 0 }, 1);
  store.remember({ ...KEY, contextSize: 200 }, 1);
  expect([0, 1, 2, 200].map((contextSize) => store.recall({ ...KEY, contextSize }) !== null)).toEqual([
    true,
    false,
    true,
    true,
  ]);
  database.close();
});
