import { expect, test } from "bun:test";
import { enginesInOrder } from "./engine-order.ts";

test.each([
  ["remote", "L", "R", ["R"]],
  ["remote", "L", null, ["L"]],
  ["local", "L", "R", ["L"]],
  ["local", null, "R", ["R"]],
  ["remote-then-local", "L", "R", ["R", "L"]],
  ["local-then-remote", "L", "R", ["L", "R"]],
  ["local-then-remote", null, "R", ["R"]],
  ["remote", null, null, []],
] as const)("%s with %p here and %p there: %j", (order, local, remote, expected) => {
  expect(enginesInOrder<string>(order, local, remote)).toEqual([...expected]);
});
