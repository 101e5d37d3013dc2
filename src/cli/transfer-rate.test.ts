import { expect, test } from "bun:test";
import { humanSeconds, TransferRate } from "./transfer-rate.ts";

test("the rate of the last seconds, not of all time", () => {
  const rate = new TransferRate();
  expect(rate.bytesPerSecond).toBeNull();
  for (let second = 0; second <= 60; second += 1) rate.add(second * 1000, second * 1_000_000);
  expect(rate.bytesPerSecond).toBe(1_000_000);
  for (let second = 61; second <= 75; second += 1) rate.add(second * 1000, 60_000_000 + (second - 60) * 1000);
  expect(rate.bytesPerSecond).toBe(1000);
});

test("a transfer that begins anew is measured anew", () => {
  const rate = new TransferRate();
  rate.add(0, 0);
  rate.add(1000, 5_000_000);
  rate.add(2000, 0);
  expect(rate.bytesPerSecond).toBeNull();
  rate.add(3000, 2_000_000);
  expect(rate.bytesPerSecond).toBe(2_000_000);
});

test.each([
  [0.2, "1 s"],
  [99, "99 s"],
  [100, "2 min"],
  [5400, "90 min"],
  [11_100, "3 h 5 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(humanSeconds(seconds)).toBe(text);
});
