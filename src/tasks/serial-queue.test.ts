import { expect, test } from "bun:test";
import { nextTurn } from "../testing/next-turn.ts";
import { rejection } from "../testing/rejection.ts";
import { SerialQueue } from "./serial-queue.ts";

test("jobs of one key run one after the other, those of others beside them", async () => {
  const queue = new SerialQueue();
  const trace: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = queue.run("a", async () => {
    trace.push("a1 begins");
    await gate.promise;
    trace.push("a1 ends");
    return 1;
  });
  const second = queue.run("a", async () => trace.push("a2"));
  await queue.run("b", async () => trace.push("b"));
  expect(trace).toEqual(["a1 begins", "b"]);
  gate.resolve();
  expect(await first).toBe(1);
  await second;
  expect(trace).toEqual(["a1 begins", "b", "a1 ends", "a2"]);
});

test("a job that fails hinders nobody, and nothing is kept of those that ended", async () => {
  const queue = new SerialQueue();
  const failed = rejection(queue.run("a", () => Promise.reject(new Error("no"))));
  const next = queue.run("a", async () => "yes");
  expect(await failed).toMatchObject({ message: "no" });
  expect(await next).toBe("yes");
  await nextTurn();
  expect(queue.size).toBe(0);
});
