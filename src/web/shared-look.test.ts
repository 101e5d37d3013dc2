import { beforeEach, expect, test } from "bun:test";
import { nextTurn } from "../testing/next-turn.ts";
import { SharedLook } from "./shared-look.ts";

let now: number;
let taken: PromiseWithResolvers<string>[];
let look: SharedLook<string, string>;

beforeEach(() => {
  now = 0;
  taken = [];
  look = new SharedLook(take, { fresh: 10, usable: 100 }, () => now);
});

function take(): Promise<string> {
  const one = Promise.withResolvers<string>();
  taken.push(one);
  return one.promise;
}

async function firstLook(value: string): Promise<void> {
  const given = look.get("week");
  taken[0]?.resolve(value);
  await given;
}

test("who comes while one is taken waits for the same", async () => {
  const both = Promise.all([look.get("week"), look.get("week")]);
  expect(taken).toHaveLength(1);
  taken[0]?.resolve("first");
  expect(await both).toEqual(["first", "first"]);
});

test("a fresh one is given as it is", async () => {
  await firstLook("first");
  now = 10;
  expect(await look.get("week")).toBe("first");
  expect(taken).toHaveLength(1);
});

test("an older one is given at once, and one new one is taken for who comes next", async () => {
  await firstLook("first");
  now = 11;
  expect(await look.get("week")).toBe("first");
  expect(await look.get("week")).toBe("first");
  expect(taken).toHaveLength(2);
  taken[1]?.resolve("second");
  await nextTurn();
  expect(await look.get("week")).toBe("second");
});

test("nobody gets one that is too old", async () => {
  await firstLook("first");
  now = 101;
  const given = look.get("week");
  taken[1]?.resolve("second");
  expect(await given).toBe("second");
});

test("its age counts from its beginning, not from its end", async () => {
  const given = look.get("week");
  now = 50;
  taken[0]?.resolve("slow");
  await given;
  now = 101;
  void look.get("week");
  expect(taken).toHaveLength(2);
});

test("a failure reaches those who wait for it, and is not kept", async () => {
  const failed = look.get("week");
  taken[0]?.reject(new Error("locked"));
  expect(failed).rejects.toThrow("locked");
  await nextTurn();
  const given = look.get("week");
  taken[1]?.resolve("well again");
  expect(await given).toBe("well again");
});

test("a failure that nobody waits for takes nothing away", async () => {
  await firstLook("first");
  now = 50;
  expect(await look.get("week")).toBe("first");
  taken[1]?.reject(new Error("locked"));
  await nextTurn();
  expect(await look.get("week")).toBe("first");
  now = 101;
  const given = look.get("week");
  taken.at(-1)?.resolve("second");
  expect(await given).toBe("second");
});

test("what is asked for is kept apart, and not without end", async () => {
  for (let key = 0; key < 40; key += 1) {
    const given = look.get(`range ${key}`);
    taken[key]?.resolve(`look ${key}`);
    expect(await given).toBe(`look ${key}`);
  }
  expect(await look.get("range 39")).toBe("look 39");
  expect(taken).toHaveLength(40);
  void look.get("range 0");
  expect(taken).toHaveLength(41);
});
