import { describe, expect, test } from "bun:test";
import { AGEING_MS, COOL_DOWN_MS } from "./model-entry.ts";
import type { SchedulableModel } from "./model-scheduler-types.ts";
import { ModelWorld } from "./testing/model-world.ts";

function model(id: string, bytes: number | readonly number[], more: Partial<SchedulableModel> = {}) {
  const rungs = [bytes].flat().map((each) => ({ pool: "ram", bytes: each }) as const);
  return { id, rungs, firstRung: 0, parallel: 2, keepAliveMs: 0, ...more };
}

function world(ram: number | null, ...models: readonly SchedulableModel[]): ModelWorld {
  return new ModelWorld({ ram, vram: null }, models);
}

/** A world in which these models are loaded and idle, in this order. */
function withLoaded(ram: number, ids: readonly string[], ...models: readonly SchedulableModel[]): ModelWorld {
  const made = world(ram, ...models);
  for (const id of ids) {
    made.pass(10);
    const request = made.request(id);
    made.load(id);
    made.end(request);
  }
  made.effects.length = 0;
  return made;
}

describe("loading", () => {
  test("a first request loads, the next ones wait, and as many as the model can do are admitted", () => {
    const made = world(10, model("a", 5));
    for (let count = 0; count < 3; count++) made.request("a");
    expect(made.effects).toEqual(["load a 0"]);
    made.load("a");
    expect(made.effects.slice(1)).toEqual(["admit 1", "admit 2"]);
    made.end(1);
    expect(made.effects.at(-1)).toBe("admit 3");
  });

  test("loads that fit overlap, and a loaded model's request waits for nobody's load", () => {
    const made = withLoaded(10, ["a"], model("a", 2), model("b", 4), model("c", 4));
    made.request("b");
    made.request("c");
    const request = made.request("a");
    expect(made.effects).toEqual(["load b 0", "load c 0", `admit ${request}`]);
  });

  test("one that finds no room does not hold up another that does", () => {
    const made = withLoaded(10, ["a"], model("a", 6), model("b", 6), model("c", 3));
    made.request("a");
    made.request("b");
    made.request("c");
    expect(made.effects.slice(1)).toEqual(["load c 0"]);
  });

  test("without a known budget everything may be loaded", () => {
    const made = world(null, model("a", 50), model("b", 50));
    made.request("a");
    made.request("b");
    expect(made.effects).toEqual(["load a 0", "load b 0"]);
  });
});

describe("making room", () => {
  const three = [model("a", 3), model("b", 3), model("c", 6)] as const;

  test("the smallest idle set goes, and the load begins when the memory is free", () => {
    const made = withLoaded(12, ["a", "b", "c"], ...three, model("d", 5));
    made.request("d");
    expect(made.effects).toEqual(["unload c memory"]);
    made.unload("c");
    expect(made.effects.at(-1)).toBe("load d 0");
  });

  test("of equal ones the least recently used goes", () => {
    const made = withLoaded(6, ["b", "a"], model("a", 3), model("b", 3), model("d", 3));
    made.request("d");
    expect(made.effects).toEqual(["unload b memory"]);
  });

  test("a busy model and a loading one stay; the busy one goes when it is done", () => {
    const made = withLoaded(6, ["a"], model("a", 3), model("b", 3), model("d", 6));
    const working = made.request("a");
    const loading = made.request("b");
    made.request("d");
    expect(made.effects).toEqual([`admit ${working}`, "load b 0"]);
    made.load("b");
    made.end(working);
    expect(made.effects.at(-1)).toBe(`admit ${loading}`);
    made.end(loading);
    expect(made.effects.slice(-2)).toEqual(["unload a memory", "unload b memory"]);
  });

  test("memory that gets free for one is not taken by another behind it", () => {
    const made = withLoaded(6, ["a"], model("a", 5), model("b", 6), model("c", 1));
    made.request("b");
    made.request("c");
    expect(made.effects).toEqual(["unload a memory"]);
    made.unload("a");
    expect(made.effects.slice(1)).toEqual(["load b 0"]);
  });

  test("nobody starves: an aged request makes a busy model finish and go, and both take turns", () => {
    const made = withLoaded(6, ["a"], model("a", 4), model("b", 4));
    made.request("a");
    const starving = made.request("b");
    // Before one request of a ends, the next one is there already.
    for (let time = 0; time < AGEING_MS; time += 1000) {
      const [working = 0] = made.working.keys();
      made.request("a");
      made.end(working);
      made.pass(1000);
    }
    made.request("a");
    expect(made.effects.some((effect) => effect.startsWith("unload"))).toBe(false);
    for (const request of made.working.keys()) made.end(request);
    expect(made.effects.at(-1)).toBe("unload a memory");
    made.unload("a");
    made.load("b");
    expect(made.effects.slice(-2)).toEqual(["load b 0", `admit ${starving}`]);
    made.pass(AGEING_MS);
    made.end(starving);
    made.unload("b");
    made.load("a");
    expect([...made.working.values()]).toEqual(["a"]);
    expect(made.violations).toEqual([]);
  });

  test("once it has aged, nobody behind takes the memory it waits for", () => {
    const made = withLoaded(10, ["a"], model("a", 5), model("b", 10), model("c", 2));
    made.request("a");
    made.request("b");
    made.pass(AGEING_MS);
    made.request("c");
    expect(made.effects.slice(1)).toEqual([]);
  });

  test("the wake-up comes when a request has aged", () => {
    const made = withLoaded(6, ["a"], model("a", 4), model("b", 4));
    made.request("a");
    expect(made.scheduler.nextWakeAt(made.now)).toBeNull();
    made.request("b");
    expect(made.scheduler.nextWakeAt(made.now)).toBe(made.now + AGEING_MS);
  });
});

describe("keep-alive", () => {
  test("an idle model goes after its time, and is loaded again for the next request", () => {
    const made = withLoaded(10, ["a"], model("a", 5, { keepAliveMs: 1000 }));
    expect(made.scheduler.nextWakeAt(made.now)).toBe(made.now + 1000);
    made.pass(999);
    expect(made.effects).toEqual([]);
    made.pass(1);
    made.request("a");
    expect(made.effects).toEqual(["unload a idle"]);
    made.unload("a");
    expect(made.effects.at(-1)).toBe("load a 0");
  });

  test("0 keeps it until its memory is needed", () => {
    const made = withLoaded(10, ["a"], model("a", 5));
    made.pass(1e9);
    expect(made.effects).toEqual([]);
  });
});

describe("out of memory", () => {
  test("one idle model goes first, then one rung down at a time; the one that worked is kept", () => {
    const made = withLoaded(10, ["b"], model("a", [5, 4, 3]), model("b", 2));
    made.request("a");
    made.fail("a");
    made.unload("b");
    made.fail("a");
    made.load("a");
    expect(made.effects).toEqual(["load a 0", "unload b memory", "load a 0", "load a 1", "admit 2"]);
    expect(made.taken("a")).toBe(4);
  });

  test("a rung that cannot fit is not even tried", () => {
    const made = world(4, model("a", [9, 5, 3]));
    made.request("a");
    expect(made.effects).toEqual(["load a 2"]);
  });

  test("nothing fits: the request is refused at once, and tried again after the cool-down", () => {
    const made = world(2_000_000, model("a", [9_000_000, 3_000_000]));
    made.request("a");
    expect(made.effects).toEqual(["refuse 1 OUT_OF_MEMORY"]);
    const [view] = made.scheduler.view();
    expect(view?.error?.message).toBe("The model needs at least 3 MB of memory, and can have 2 MB.");
    made.setBudget({ ram: 5_000_000, vram: null });
    made.request("a");
    expect(made.effects.at(-1)).toBe("refuse 2 OUT_OF_MEMORY");
    made.pass(COOL_DOWN_MS);
    made.request("a");
    expect(made.effects.at(-1)).toBe("load a 1");
  });

  test("the last rung fails: everybody who waits hears of it", () => {
    const made = world(10, model("a", [5, 4]));
    made.request("a");
    made.request("a");
    made.fail("a");
    made.fail("a");
    expect(made.effects.slice(2)).toEqual(["refuse 1 OUT_OF_MEMORY", "refuse 2 OUT_OF_MEMORY"]);
  });

  test("what a load really took is what the next one is planned with", () => {
    const made = world(10, model("a", 5), model("b", 5));
    made.request("a");
    made.load("a", 8);
    made.end(1);
    made.request("b");
    expect(made.effects.slice(2)).toEqual(["unload a memory"]);
  });
});

describe("other ends", () => {
  const broken = { code: "MODEL_LOAD_FAILED", message: "unknown architecture" } as const;

  test("another failure is told at once, without trying smaller ones", () => {
    const made = world(10, model("a", [5, 4]));
    made.request("a");
    made.fail("a", broken);
    made.request("a");
    expect(made.effects).toEqual(["load a 0", "refuse 1 MODEL_LOAD_FAILED", "refuse 2 MODEL_LOAD_FAILED"]);
    made.pass(COOL_DOWN_MS);
    made.request("a");
    expect(made.effects.at(-1)).toBe("load a 0");
  });

  test("a crash keeps the memory and those that wait, until it is loaded again", () => {
    const made = withLoaded(6, ["a"], model("a", 4, { parallel: 1 }), model("b", 4));
    made.request("a");
    const waiting = made.request("a");
    made.crash("a");
    made.request("b");
    expect(made.effects).toHaveLength(1);
    made.load("a");
    expect(made.effects.at(-1)).toBe(`admit ${waiting}`);
  });

  test("a cancelled request is refused while it waits, and left alone while it is worked on", () => {
    const made = world(10, model("a", 5, { parallel: 1 }));
    made.request("a");
    made.request("a");
    made.load("a");
    made.cancel(1);
    made.cancel(2);
    expect(made.effects).toEqual(["load a 0", "admit 1", "refuse 2 CANCELLED"]);
  });

  test("a removed model gives its memory back when its process is gone", () => {
    const made = withLoaded(6, ["a"], model("a", 4), model("b", 4));
    const error = { code: "CANCELLED", message: "stopped" } as const;
    made.apply(made.scheduler.remove("a", error, made.now));
    made.request("b");
    expect(made.effects).toEqual([]);
    made.unload("a");
    expect(made.effects).toEqual(["load b 0"]);
    expect(made.state("a")).toBeUndefined();
    expect(() => made.request("a")).toThrow("There is no model a.");
  });
});
