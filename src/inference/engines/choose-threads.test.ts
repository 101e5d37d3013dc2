import { expect, test } from "bun:test";
import { chooseThreads } from "./choose-threads.ts";

test.each([
  ["the setting wins", 6, 4, 2_000_000, 6],
  ["a tiny model gets one thread", 0, 16, 2_460_000, 1],
  ["a real model leaves one core free", 0, 8, 8_000_000_000, 7],
  ["a single core is used", 0, 1, 8_000_000_000, 1],
])("%s", (_name, setting, cores, parameters, expected) => {
  expect(chooseThreads(setting, cores, parameters)).toBe(expected);
});
