import { expect, test } from "bun:test";
import { normalizeBasePath, withoutBasePath } from "./base-path.ts";

test.each([
  [undefined, ""],
  ["/", ""],
  ["ai", "/ai"],
  ["/ai/", "/ai"],
  ["a/b", "/a/b"],
])("%j is %j", (setting, path) => {
  expect(normalizeBasePath(setting)).toBe(path);
});

test.each([
  ["/ai", "/"],
  ["/ai/", "/"],
  ["/ai/history", "/history"],
  ["/history", "/history"],
  ["/aint", "/aint"],
])("%j is %j inside /ai", (path, inside) => {
  expect(withoutBasePath(path, "/ai")).toBe(inside);
});
