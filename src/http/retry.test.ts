import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { rejection } from "../testing/rejection.ts";
import { systemTimers } from "../timers.ts";
import { backoffDelay, MAX_DELAY_MS, retryDelay, withRetry } from "./retry.ts";

const transient = () => new AppError("CANVUS_SERVER_ERROR", "busy");

test("the back-off doubles, is jittered over its upper half and ends at 30 s", () => {
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const full = Math.min(MAX_DELAY_MS, 1000 * 2 ** attempt);
    const delay = backoffDelay(attempt, 1000);
    expect(delay).toBeGreaterThanOrEqual(full / 2);
    expect(delay).toBeLessThanOrEqual(full);
  }
  const many = new Set(Array.from({ length: 20 }, () => backoffDelay(3, 1000)));
  expect(many.size).toBeGreaterThan(1);
});

test("the server's Retry-After wins, within reason", () => {
  const asked = (ms: number) =>
    new AppError("CANVUS_SERVER_ERROR", "busy", { context: { retry_after_ms: ms } });
  expect(retryDelay(asked(7000), 0, 1000)).toBe(7000);
  expect(retryDelay(asked(3_600_000), 0, 1000)).toBe(MAX_DELAY_MS);
});

test("a transient error is repeated after the back-off until it works", async () => {
  const timers = new FakeTimers();
  let calls = 0;
  const result = withRetry(
    async () => {
      calls += 1;
      if (calls < 3) throw transient();
      return "done";
    },
    { maxRetries: 3, retryDelayMs: 1000, timers },
  );
  const first = await timers.untilScheduled(() => true);
  expect(first).toBeLessThanOrEqual(1000);
  timers.advance(first);
  const second = await timers.untilScheduled(() => true);
  expect(second).toBeGreaterThanOrEqual(1000);
  timers.advance(second);
  expect(await result).toBe("done");
  expect(timers.pending).toBe(0);
});

test("the last error comes out after as many repetitions as allowed", async () => {
  let calls = 0;
  const failing = withRetry(
    async () => {
      calls += 1;
      throw new AppError("CANVUS_TIMEOUT", `call ${calls}`);
    },
    { maxRetries: 2, retryDelayMs: 0, timers: systemTimers },
  );
  expect(await rejection(failing)).toMatchObject({ message: "call 3" });
});

test("what nobody can cure by waiting is not repeated", async () => {
  let calls = 0;
  const error = await rejection(
    withRetry(
      async () => {
        calls += 1;
        throw new AppError("CANVUS_FORBIDDEN", "no");
      },
      { maxRetries: 3, retryDelayMs: 0, timers: new FakeTimers() },
    ),
  );
  expect(error).toMatchObject({ code: "CANVUS_FORBIDDEN" });
  expect(calls).toBe(1);
});

test("an abort ends the wait at once and leaves no timer", async () => {
  const timers = new FakeTimers();
  const controller = new AbortController();
  const failing = withRetry(
    async () => {
      throw transient();
    },
    { maxRetries: 3, retryDelayMs: 1000, timers },
    controller.signal,
  );
  await timers.untilScheduled(() => true);
  controller.abort();
  expect(await rejection(failing)).toMatchObject({ code: "CANCELLED" });
  expect(timers.pending).toBe(0);
});
