import { expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { createLogger } from "../observability/create-logger.ts";
import type { ErrorInsert } from "../storage/schema.ts";
import { FakeTimers } from "../testing/fake-timers.ts";
import { ErrorRecorder } from "./error-recorder.ts";

function setup({ attached = true } = {}) {
  const timers = new FakeTimers();
  const recorder = new ErrorRecorder(timers);
  const rows: ErrorInsert[] = [];
  const attach = () =>
    recorder.attach((entry) => {
      if (entry.table === "error_log") rows.push(entry.row);
    });
  if (attached) attach();
  const logger = createLogger({ level: "debug", secrets: ["hunter22"], outputs: [recorder] });
  return { timers, recorder, rows, attach, logger, wait: () => timers.advance(1000) };
}

const SOURCE = "tasks/task-service.ts:logEnd";

function crash(message = "The model process stopped."): AppError {
  return new AppError("RUNNER_CRASHED", message, { context: { pid: 7 }, cause: new Error("signal 11") });
}

test("an error in the log becomes a row with code, sentence, context, stack and correlation", () => {
  const { logger, rows, wait } = setup();
  logger.error("prompt failed", { source: SOURCE, correlation_id: "abc", canvas_id: "c1", error: crash() });
  wait();
  const [row] = rows;
  expect(row).toMatchObject({
    level: "error",
    code: "RUNNER_CRASHED",
    category: "transient",
    message: "The model process stopped.",
    source: SOURCE,
    correlation_id: "abc",
    occurrences: 1,
  });
  expect(row?.stack).toContain("error-recorder.test.ts");
  expect(row?.hour).toBe(row?.created_at.slice(0, 13));
  expect(JSON.parse(row?.context ?? "")).toMatchObject({
    said: "prompt failed",
    canvas_id: "c1",
    error: { context: { pid: 7 }, cause: { message: "signal 11" } },
  });
});

test("warnings count when they carry an error; other entries, and what people cancelled, do not", () => {
  const { logger, rows, wait } = setup();
  logger.warn("prompt not finished", { source: SOURCE, error: crash() });
  logger.warn("the demo model answers", { source: SOURCE });
  logger.info("fine", { source: SOURCE, error: crash() });
  logger.error("prompt failed", {
    source: SOURCE,
    error: new AppError("CANCELLED", "The note was deleted."),
  });
  logger.error("no more room", { source: SOURCE, error_code: "QUEUE_FULL" });
  logger.error("unexpected", { source: SOURCE, error: new TypeError("x is not a function") });
  wait();
  expect(rows.map(({ level, code, message }) => [level, code, message])).toEqual([
    ["warn", "RUNNER_CRASHED", "The model process stopped."],
    ["error", "QUEUE_FULL", "no more room"],
    ["error", "INTERNAL", "x is not a function"],
  ]);
});

test("equal errors that differ only in numbers, ids and names in quotes are one row with their count", () => {
  const { logger, rows, wait } = setup();
  for (let n = 0; n < 1000; n += 1) {
    const error = crash(`Process ${n} for "canvas ${n}" at 10.0.0.${n}:80 stopped.`);
    logger.error("prompt failed", { source: SOURCE, correlation_id: `id-${n}`, error });
  }
  logger.error("prompt failed", { source: "tasks/intake.ts:take", error: crash("Process 1 stopped.") });
  wait();
  expect(rows.map(({ occurrences }) => occurrences)).toEqual([1000, 1]);
  expect(rows[0]).toMatchObject({ correlation_id: "id-0", last_correlation_id: "id-999" });
});

test("a thousand different errors within a second do not flood: 200 are kept, the others counted", () => {
  const { logger, rows, wait, recorder } = setup();
  const word = (n: number) =>
    String.fromCharCode(97 + (n % 26), 97 + (Math.floor(n / 26) % 26), 97 + Math.floor(n / 676));
  for (let n = 0; n < 1000; n += 1) logger.error(`lost ${word(n)}`, { source: SOURCE });
  wait();
  expect([rows.length, recorder.dropped]).toEqual([200, 800]);
});

test("errors of the start-up wait until there is a database; after the detach nothing is handed on", () => {
  const { logger, rows, wait, recorder, attach } = setup({ attached: false });
  logger.error("early", { source: SOURCE });
  wait();
  expect(rows).toEqual([]);
  attach();
  expect(rows).toHaveLength(1);
  logger.error("late", { source: SOURCE });
  recorder.detach();
  expect(rows).toHaveLength(2);
  logger.error("too late", { source: SOURCE });
  wait();
  expect(rows).toHaveLength(2);
});

test("secrets do not reach the row", () => {
  const { logger, rows, wait } = setup();
  const error = new AppError("CANVUS_UNAUTHORIZED", "Refused: token hunter22", {
    context: { password: "x-y-z" },
  });
  logger.error("login failed with hunter22", { source: SOURCE, error });
  wait();
  expect(JSON.stringify(rows)).not.toMatch(/hunter22|x-y-z/);
});
