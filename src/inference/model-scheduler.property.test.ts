import { expect, test } from "bun:test";
import fc from "fast-check";
import { AGEING_MS } from "./model-entry.ts";
import type { SchedulableModel } from "./model-scheduler-types.ts";
import { ModelWorld } from "./testing/model-world.ts";

const RAM = 10;
const ERROR = { code: "MODEL_LOAD_FAILED", message: "broken" } as const;

const models = fc
  .array(
    fc.record({
      rungs: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
      parallel: fc.integer({ min: 1, max: 2 }),
      keepAliveMs: fc.constantFrom(0, 5000),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((drawn) =>
    drawn.map(
      ({ rungs, ...more }, index): SchedulableModel => ({
        ...more,
        id: `m${index}`,
        firstRung: 0,
        rungs: rungs.sort((a, b) => b - a).map((bytes) => ({ pool: "ram", bytes })),
      }),
    ),
  );

const DEEDS = [
  "request",
  "cancel",
  "end",
  "load",
  "crash",
  "oom",
  "fail",
  "unload",
  "pass",
  "budget",
] as const;
const deeds = fc.array(
  fc.record({ deed: fc.constantFrom(...DEEDS), which: fc.nat(), amount: fc.integer({ min: 1, max: 12 }) }),
  { maxLength: 60 },
);

function pick<T>(items: Iterable<T>, which: number): T | undefined {
  const list = [...items];
  return list[which % Math.max(1, list.length)];
}

function perform(
  world: ModelWorld,
  ids: readonly string[],
  { deed, which, amount }: { deed: (typeof DEEDS)[number]; which: number; amount: number },
): void {
  const loading = pick(world.loading.keys(), which);
  const loaded = pick(world.loaded.keys(), which);
  const unloading = pick(world.unloading, which);
  const waiting = pick(world.waiting.keys(), which);
  const working = pick(world.working.keys(), which);
  if (deed === "request") world.request(pick(ids, which) ?? "");
  else if (deed === "pass") world.pass(amount * 1000);
  else if (deed === "budget") world.setBudget({ ram: amount, vram: null });
  else if (deed === "cancel" && waiting !== undefined) world.cancel(waiting);
  else if (deed === "end" && working !== undefined) world.end(working);
  else if (deed === "load" && loading !== undefined) world.load(loading, amount);
  else if (deed === "oom" && loading !== undefined) world.fail(loading);
  else if (deed === "fail" && loading !== undefined) world.fail(loading, ERROR);
  else if (deed === "crash" && loaded !== undefined) world.crash(loaded);
  else if (deed === "unload" && unloading !== undefined) world.unload(unloading);
}

/** What was begun goes on as it should; each round ends what is there. */
function settle(world: ModelWorld, rounds: number): void {
  for (let round = 0; round < rounds && world.waiting.size + world.working.size > 0; round++) {
    for (const model of [...world.loading.keys()]) world.load(model);
    for (const request of [...world.working.keys()]) world.end(request);
    for (const model of [...world.unloading]) world.unload(model);
    world.pass(AGEING_MS);
  }
}

test("in any order of events: within the budget, nobody busy evicted, every request ends exactly once", () => {
  fc.assert(
    fc.property(models, deeds, (drawn, done) => {
      const world = new ModelWorld({ ram: RAM, vram: null }, drawn);
      const ids = drawn.map(({ id }) => id);
      let requests = 0;
      for (const each of done) {
        perform(world, ids, each);
        if (each.deed === "request") requests++;
        expect(world.violations).toEqual([]);
      }
      settle(world, 200);
      expect(world.violations).toEqual([]);
      expect(world.ended.size).toBe(requests);
    }),
    { numRuns: 500 },
  );
});

test("a request is admitted within a bounded time, whatever the others ask for meanwhile", () => {
  fc.assert(
    fc.property(models, fc.array(fc.nat(), { minLength: 1, maxLength: 200 }), (drawn, others) => {
      const world = new ModelWorld({ ram: RAM, vram: null }, drawn);
      const ids = drawn.map(({ id }) => id);
      const [model = ""] = ids;
      for (const id of ids) if (id !== model) world.request(id);
      for (const each of [...world.loading.keys()]) world.load(each);
      const first = world.request(model);
      let rounds = 0;
      // In each round requests for other models come before what was begun in the last one ends: nothing is ever idle.
      while (world.waiting.has(first)) {
        const begun = [...world.working.keys()];
        for (const id of ids) if (id !== model) world.request(id);
        world.request(pick(ids, others[rounds % others.length] ?? 0) ?? "");
        for (const each of [...world.loading.keys()]) world.load(each);
        for (const each of [...world.unloading]) world.unload(each);
        for (const each of begun) if (world.working.has(each)) world.end(each);
        world.pass(AGEING_MS / 5);
        rounds++;
        expect(rounds).toBeLessThan(100);
      }
      expect(world.violations).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
