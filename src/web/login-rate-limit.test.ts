import { beforeEach, expect, test } from "bun:test";
import { LOGIN_LIMITS, LoginRateLimit } from "./login-rate-limit.ts";

let now: number;
let limit: LoginRateLimit;

beforeEach(() => {
  now = 1_000_000;
  limit = new LoginRateLimit(() => now);
});

function attempts(count: number, address: string): boolean[] {
  return Array.from({ length: count }, () => limit.attempt(address).allowed);
}

test("five attempts within a minute, then the time until the first of them is a minute ago", () => {
  for (let second = 0; second < 5; second += 1) {
    expect(limit.attempt("a")).toEqual({ allowed: true });
    now += 1000;
  }
  expect(limit.attempt("a")).toEqual({ allowed: false, retryAfterMs: 55_000 });
  now += 54_999;
  expect(limit.attempt("a")).toEqual({ allowed: false, retryAfterMs: 1 });
  now += 1;
  expect(attempts(2, "a")).toEqual([true, false]);
});

test("refused attempts do not prolong the wait", () => {
  attempts(5, "a");
  for (let second = 0; second < 59; second += 1) {
    now += 1000;
    expect(limit.attempt("a").allowed).toBe(false);
  }
  now += 1000;
  expect(limit.attempt("a").allowed).toBe(true);
});

test("addresses do not count for each other, and a success forgives", () => {
  attempts(5, "a");
  expect(attempts(5, "b")).toEqual([true, true, true, true, true]);
  limit.succeed("a");
  expect(limit.attempt("a").allowed).toBe(true);
});

test("a flood from many addresses leaves each of them one attempt a minute: nobody is locked out", () => {
  for (let stranger = 0; !limit.status().flood; stranger += 1) limit.attempt(`stranger ${stranger}`);
  expect(attempts(2, "owner")).toEqual([true, false]);
  for (let second = 0; second < 60; second += 1) {
    for (let stranger = 0; stranger < 50; stranger += 1) limit.attempt(`${second} ${stranger}`);
    now += 1000;
  }
  expect(limit.status().flood).toBe(true);
  expect(limit.attempt("owner").allowed).toBe(true);
});

test("when the flood is over, the usual limit returns", () => {
  for (let stranger = 0; !limit.status().flood; stranger += 1) limit.attempt(`stranger ${stranger}`);
  now += 15 * 60_000;
  expect(attempts(6, "owner")).toEqual([true, true, true, true, true, false]);
});

test("remembers a bounded number of addresses, and none longer than it needs to", () => {
  limit = new LoginRateLimit(() => now, { ...LOGIN_LIMITS, maxAddresses: 3, burst: 1000 });
  for (const address of ["a", "b", "c", "a", "d"]) limit.attempt(address);
  expect(limit.status().addresses).toBe(3);
  expect(attempts(4, "a")).toEqual([true, true, true, false]);
  now += 60_000;
  limit.attempt("e");
  expect(limit.status().addresses).toBe(1);
});
