import { expect, test } from "bun:test";
import { safeReturnPath } from "./return-path.ts";

test.each([
  ["/history?page=2&q=a%20b", "/history?page=2&q=a%20b"],
  ["/", "/"],
  ["/a/../metrics", "/metrics"],
  ["/history#top", "/history"],
  ["", "/"],
  ["history", "/"],
  ["//evil.example", "/"],
  ["///evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["/\n/evil.example", "/"],
  ["\\\\evil.example", "/"],
  ["/..//evil.example", "/"],
  ["/.//evil.example", "/"],
  ["https://evil.example", "/"],
  ["http:/evil.example", "/"],
  ["javascript:alert(1)", "/"],
  ["/login?next=/login", "/"],
  ["/logout", "/"],
  [`/${"x".repeat(3000)}`, "/"],
])("%j leads to %j", (next, expected) => {
  expect(safeReturnPath(next, "")).toBe(expected);
});

test("under a base path only what lies there counts", () => {
  expect(safeReturnPath("/ai/history", "/ai")).toBe("/ai/history");
  expect(safeReturnPath("/ai", "/ai")).toBe("/ai");
  expect(safeReturnPath(undefined, "/ai")).toBe("/ai/");
  expect(safeReturnPath("/aint/history", "/ai")).toBe("/ai/");
  expect(safeReturnPath("/ai/../history", "/ai")).toBe("/ai/");
  expect(safeReturnPath("/ai/login", "/ai")).toBe("/ai/");
});
