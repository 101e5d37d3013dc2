import { expect, test } from "bun:test";
import { Follower } from "./follow.ts";

const row = (id: number, status: "pending" | "running" | "succeeded" | "failed" | "cancelled") => ({
  id,
  status,
});

test("a prompt is told once, when it has ended, whatever it went through", () => {
  const follower = new Follower(undefined, [], 5);
  expect(follower.take([row(6, "pending")])).toEqual([]);
  expect(follower.take([row(6, "running"), row(7, "succeeded")])).toEqual([row(7, "succeeded")]);
  expect(follower.take([row(6, "failed"), row(7, "succeeded")])).toEqual([row(6, "failed")]);
  expect(follower.take([row(6, "failed"), row(7, "succeeded")])).toEqual([]);
});

test("a prompt that was open at the start is told when it ends, an older one that had ended is not", () => {
  const follower = new Follower(undefined, [row(3, "running")], 5);
  expect(follower.above).toBe(2);
  expect(follower.take([row(3, "succeeded"), row(4, "failed"), row(5, "succeeded")])).toEqual([
    row(3, "succeeded"),
  ]);
  expect(follower.above).toBe(5);
});

test("with a status, prompts are told when they come to be in it", () => {
  const follower = new Follower("running", [], 0);
  expect(follower.take([row(1, "pending")])).toEqual([]);
  expect(follower.take([row(1, "running"), row(2, "failed")])).toEqual([row(1, "running")]);
  expect(follower.take([row(1, "running")])).toEqual([]);
});
