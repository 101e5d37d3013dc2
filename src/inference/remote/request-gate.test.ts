import { expect, test } from "bun:test";
import { rejection } from "../../testing/rejection.ts";
import { RequestGate } from "./request-gate.ts";

const patient = new AbortController().signal;

function work() {
  const end = Promise.withResolvers<string>();
  const begun = Promise.withResolvers<void>();
  return {
    begun: begun.promise,
    end,
    run: () => {
      begun.resolve();
      return end.promise;
    },
  };
}

test("only so many are out at a time, the others follow in order, also after failures", async () => {
  const gate = new RequestGate({ maxActive: 1, maxWaiting: 5 });
  const order: number[] = [];
  const works = [work(), work(), work()];
  const results = works.map(({ run }, index) =>
    gate
      .run(patient, () => {
        order.push(index);
        return run();
      })
      .catch((error) => error.message),
  );
  await works[0]?.begun;
  expect(gate.status).toEqual({ active: 1, queued: 2, refused: 0 });
  works[0]?.end.reject(new Error("failed"));
  await works[1]?.begun;
  works[1]?.end.resolve("second");
  works[2]?.end.resolve("third");
  expect(await Promise.all(results)).toEqual(["failed", "second", "third"]);
  expect(order).toEqual([0, 1, 2]);
  expect(gate.status).toEqual({ active: 0, queued: 0, refused: 0 });
});

test("above its limit it refuses and counts", async () => {
  const gate = new RequestGate({ maxActive: 1, maxWaiting: 1 });
  const first = work();
  const running = [gate.run(patient, first.run), gate.run(patient, async () => "ok")];
  expect(await rejection(gate.run(patient, async () => "no"))).toMatchObject({ code: "QUEUE_FULL" });
  expect(gate.status.refused).toBe(1);
  first.end.resolve("done");
  expect(await Promise.all(running)).toEqual(["done", "ok"]);
});

test("who gives up while waiting leaves the queue and never begins", async () => {
  const gate = new RequestGate({ maxActive: 1, maxWaiting: 5 });
  const first = work();
  const running = gate.run(patient, first.run);
  const impatient = new AbortController();
  let begun = false;
  const second = rejection(
    gate.run(impatient.signal, async () => {
      begun = true;
    }),
  );
  impatient.abort();
  expect(await second).toMatchObject({ code: "CANCELLED" });
  expect(gate.status.queued).toBe(0);
  first.end.resolve("done");
  await running;
  expect(begun).toBe(false);
  expect(gate.status.active).toBe(0);
});
