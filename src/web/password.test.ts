import { expect, test } from "bun:test";
import { hashPassword, PasswordCheck } from "./password.ts";

const hash = await hashPassword("right");

test("is kept as an argon2id hash with a salt", async () => {
  expect(hash).toStartWith("$argon2id$v=19$m=12288,t=3,p=1$");
  expect(await hashPassword("right")).not.toBe(hash);
});

test("tells right from wrong, also for what cannot be a password", async () => {
  const check = new PasswordCheck(hash);
  expect(await check.check("right")).toBe("right");
  expect(await check.check("Right")).toBe("wrong");
  expect(await check.check("")).toBe("wrong");
  expect(await check.check("x".repeat(100_000))).toBe("wrong");
});

test("a flood of logins is worked off one after the other; most of it is sent away at once", async () => {
  const check = new PasswordCheck(hash);
  const order: number[] = [];
  const all = Array.from({ length: 100 }, async (_, index) => {
    const verdict = await check.check("wrong");
    if (verdict === "wrong") order.push(index);
    return verdict;
  });
  const verdicts = await Promise.all(all);
  expect(verdicts.filter((verdict) => verdict === "busy")).toHaveLength(84);
  expect(order).toEqual(Array.from({ length: 16 }, (_, index) => index));
  expect(await check.check("right")).toBe("right");
});
