import { expect, test } from "bun:test";
import { isPublicHost } from "./public-address.ts";

test.each([
  ["93.184.216.34", true],
  ["[2606:2800:220:1::1]", true],
  ["127.0.0.1", false],
  ["10.1.2.3", false],
  ["172.31.0.1", false],
  ["192.168.1.1", false],
  ["100.64.0.1", false],
  ["169.254.169.254", false],
  ["0.0.0.0", false],
  ["[::1]", false],
  ["[::]", false],
  ["[::ffff:10.0.0.1]", false],
  ["[::ffff:a00:1]", false],
  ["[fd00::1]", false],
  ["[fe80::1]", false],
])("%s is public: %j", async (host, expected) => {
  // As a URL writes it: shortened, in small letters.
  expect(await isPublicHost(new URL(`https://${host}`).hostname)).toBe(expected);
});

test("a name counts when every address of it does", async () => {
  const names: Record<string, string[]> = {
    "pictures.example": ["93.184.216.34"],
    "mixed.example": ["93.184.216.34", "10.0.0.1"],
    "inside.example": ["::1"],
  };
  const resolve = async (host: string) => names[host] ?? Promise.reject(new Error("ENOTFOUND"));
  expect(await isPublicHost("pictures.example", resolve)).toBe(true);
  for (const host of ["mixed.example", "inside.example", "unknown.example"])
    expect([host, await isPublicHost(host, resolve)]).toEqual([host, false]);
});
