import { expect, test } from "bun:test";
import { apiRoot } from "./base-url.ts";

test.each([
  ["https://canvus.example.org", "https://canvus.example.org/api/v1"],
  ["https://canvus.example.org///", "https://canvus.example.org/api/v1"],
  [" http://localhost:8090/ ", "http://localhost:8090/api/v1"],
  ["https://canvus.example.org/api/v1", "https://canvus.example.org/api/v1"],
  ["https://canvus.example.org/api/v1/", "https://canvus.example.org/api/v1"],
  ["https://example.org/canvus", "https://example.org/canvus/api/v1"],
  ["https://canvus.example.org/?x=1#y", "https://canvus.example.org/api/v1"],
])("%s means %s", (given, root) => {
  expect(apiRoot(given).href).toBe(root);
});

test.each(["", "canvus.example.org", "ftp://host", "https://"])("%p is refused", (given) => {
  expect(() => apiRoot(given)).toThrow("CANVUS_SERVER must be an address");
});

test("a password in the address is refused and not repeated", () => {
  try {
    apiRoot("https://someone:hunter2@canvus.example.org");
  } catch (error) {
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    expect(Bun.inspect(error)).not.toContain("hunter2");
    return;
  }
  throw new Error("was accepted");
});
