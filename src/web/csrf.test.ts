import { expect, test } from "bun:test";
import { isCsrfToken, isSameOrigin } from "./csrf.ts";

test.each([
  [{ "sec-fetch-site": "same-origin" }, true],
  [{ "sec-fetch-site": "none" }, true],
  [{ "sec-fetch-site": "same-site", origin: "http://ours:3000" }, false],
  [{ "sec-fetch-site": "cross-site" }, false],
  [{ origin: "http://ours:3000" }, true],
  [{ origin: "https://ours:3000" }, true],
  [{ origin: "http://ours" }, false],
  [{ origin: "http://ours:3000.evil.example" }, false],
  [{ origin: "null" }, false],
  [{ origin: "" }, false],
  [{}, true],
])("%j from our own page: %j", (headers, expected) => {
  expect(isSameOrigin(new Headers(headers as Record<string, string>), ["ours:3000"])).toBe(expected);
});

test("a token is equal or wrong", () => {
  expect(isCsrfToken("abc", "abc")).toBe(true);
  for (const given of ["abd", "ab", "", undefined, null, ["abc"], { length: 3 }]) {
    expect(isCsrfToken(given, "abc")).toBe(false);
  }
});
