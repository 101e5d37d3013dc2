import { expect, test } from "bun:test";
import { createModelMemoryStore } from "./model-memory-store.ts";
import { memoryDatabase } from "./testing/sample-rows.ts";

const KEY = { model: "small.gguf", context_size: 4096, device: "cuda:0", build: "1.2" };
const MEASURED = {
  ...KEY,
  measured_bytes: 6_000_000_000,
  load_ms: 812.5,
  last_used_at: "2026-01-01T00:00:00.000Z",
};

test("the latest measurement of exactly this combination is recalled", () => {
  const database = memoryDatabase();
  const store = createModelMemoryStore(database);
  expect(store.recall(KEY)).toBeNull();
  store.remember(MEASURED);
  store.remember({ ...MEASURED, measured_bytes: 7_000_000_000 });
  expect(store.recall(KEY)).toEqual({ ...MEASURED, measured_bytes: 7_000_000_000 });
  for (const other of [
    { context_size: 8192 },
    { device: "off" },
    { build: "1.3" },
    { model: "large.gguf" },
  ]) {
    expect(store.recall({ ...KEY, ...other })).toBeNull();
  }
  database.close();
});

test("the least recently used make room for the 201st", () => {
  const database = memoryDatabase();
  const store = createModelMemoryStore(database);
  for (let n = 0; n < 201; n += 1) {
    const last_used_at = new Date(Date.UTC(2026, 0, 1) + (n === 0 ? 1e9 : n * 1000)).toISOString();
    store.remember({ ...MEASURED, context_size: n, last_used_at });
  }
  expect(store.recall({ ...KEY, context_size: 0 })).not.toBeNull();
  expect(store.recall({ ...KEY, context_size: 1 })).toBeNull();
  expect(store.recall({ ...KEY, context_size: 2 })).not.toBeNull();
  database.close();
});
