import { expect, test } from "bun:test";
import { lows, trendOf } from "./trend.ts";

test("a straight line has its slope, and nothing is uncertain about it", () => {
  const values = [0, 1, 2, 3].map((hours) => ({ hours, value: 10 + 4 * hours }));
  expect(trendOf(values)).toEqual({ slope: 4, error: 0 });
});

test("what goes up and down without growing has a slope within its error", () => {
  const values = Array.from({ length: 100 }, (_, at) => ({ hours: at / 100, value: at % 2 === 0 ? 50 : 60 }));
  const trend = trendOf(values);
  expect(Math.abs(trend?.slope ?? 99)).toBeLessThan(2 * (trend?.error ?? 0));
});

test("of too few values, or all at one time, nothing can be said", () => {
  expect(trendOf([{ hours: 1, value: 1 }])).toBeNull();
  expect(trendOf([1, 2, 3].map((value) => ({ hours: 1, value })))).toBeNull();
});

test("of each part of the time the least counts", () => {
  const values = [5, 3, 4, 9, 7].map((value, at) => ({ hours: at * 0.1, value }));
  expect(lows(values, 0.25).map(({ value }) => value)).toEqual([3, 7]);
});
