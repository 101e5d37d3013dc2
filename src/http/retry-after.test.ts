import { expect, test } from "bun:test";
import { retryAfterMs } from "./retry-after.ts";

const NOW = Date.UTC(2026, 0, 1, 12);

test.each([
  ["7", 7000],
  [" 0 ", 0],
  ["1.5", 1500],
  ["Thu, 01 Jan 2026 12:00:20 GMT", 20_000],
  ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
  ["soon", null],
  ["-3", null],
  ["", null],
])("Retry-After: %p means %p ms", (header, ms) => {
  expect(retryAfterMs(new Headers({ "retry-after": header }), NOW)).toBe(ms);
});

test("a date counts from the server's clock, whatever ours says", () => {
  const headers = new Headers({
    date: "Wed, 31 Dec 2025 23:00:00 GMT",
    "retry-after": "Wed, 31 Dec 2025 23:00:05 GMT",
  });
  expect(retryAfterMs(headers, NOW)).toBe(5000);
});

test("no header, no wait", () => {
  expect(retryAfterMs(new Headers(), NOW)).toBeNull();
});
