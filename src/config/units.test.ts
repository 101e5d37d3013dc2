import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatDuration, formatSize, parseDuration, parseSize } from "./units.ts";

describe("parseDuration", () => {
  test.each([
    ["60s", 60_000],
    ["1.5m", 90_000],
    ["500ms", 500],
    ["500 MS", 500],
    ["2min", 120_000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
    ["0", 0],
    ["60", 60_000],
    ["0.25", 250],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text, 1000)).toBe(ms);
  });

  test("a plain number takes the unit of the setting", () => {
    expect(parseDuration("1500", 1)).toBe(1500);
  });

  test.each(["", "s", "-1s", "1e3", "1,5s", "60 seconds", "1m30s", "0x10", "Infinity", "NaN"])(
    "%j is refused",
    (text) => {
      expect(parseDuration(text, 1000)).toBeUndefined();
    },
  );
});

describe("parseSize", () => {
  test.each([
    ["52428800", 52_428_800],
    ["50MB", 50_000_000],
    ["50MiB", 52_428_800],
    ["50 mib", 52_428_800],
    ["1.5KiB", 1536],
    ["2GB", 2_000_000_000],
    ["7b", 7],
  ])("%s is %d bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(["50M", "MB", "-5MB", "5 0", "5s"])("%j is refused", (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});

test("what is formatted reads back as the same value", () => {
  fc.assert(
    fc.property(fc.nat(1_000_000_000), (value) => {
      expect(parseDuration(formatDuration(value), 1)).toBe(value);
      expect(parseSize(formatSize(value))).toBe(value);
    }),
  );
});

test("values are shown in the largest unit that is exact", () => {
  expect(formatDuration(1500)).toBe("1.5s");
  expect(formatDuration(90_000)).toBe("1.5m");
  expect(formatDuration(61_000)).toBe("61s");
  expect(formatDuration(0)).toBe("0");
  expect(formatSize(52_428_800)).toBe("50MiB");
  expect(formatSize(500_000_000)).toBe("500MB");
  expect(formatSize(1001)).toBe("1001B");
});
