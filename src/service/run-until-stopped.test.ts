import { expect, test } from "bun:test";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

interface Line {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Sends a signal after each of these messages; the last one is followed to the end. */
async function run(mode: string, signals: readonly (readonly [after: string, signal: NodeJS.Signals])[]) {
  const process_ = Bun.spawn([process.execPath, join(import.meta.dir, "testing/stoppable.ts"), mode], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const lines: Line[] = [];
  const waiting = [...signals];
  for await (const text of createInterface({ input: Readable.fromWeb(process_.stdout as never) })) {
    const line: Line = JSON.parse(text);
    lines.push(line);
    if (waiting[0]?.[0] !== line.message) continue;
    process_.kill(waiting.shift()?.[1]);
  }
  return { exitCode: await process_.exited, lines, last: lines.at(-1) };
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s: work may end, exit code %d, reason and duration in the last entry", async (signal, code) => {
  const { exitCode, lines, last } = await run("clean", [["started", signal]]);
  expect(exitCode).toBe(code);
  expect(lines.find(({ message }) => message === "stop")?.letWorkEnd).toBe(true);
  expect(last).toMatchObject({ message: "stopped", reason: signal, exit_code: code, forced: false });
  expect(last?.duration_ms).toBeNumber();
});

test("stopped by the program itself: exit code 0", async () => {
  const { exitCode, last } = await run("cancel", []);
  expect(exitCode).toBe(0);
  expect(last).toMatchObject({ message: "stopped", reason: "the program" });
});

test("a second signal forces the end at once, and the log says so", async () => {
  const { exitCode, last } = await run("hang", [
    ["started", "SIGTERM"],
    ["stop", "SIGINT"],
  ]);
  expect(exitCode).toBe(130);
  expect(last).toMatchObject({ level: "warn", forced: true, reason: "second signal, SIGINT" });
});

test("an error while stopping: exit code 1; being forced by the timeout is told apart", async () => {
  const failed = await run("fail", [["started", "SIGTERM"]]);
  expect(failed.exitCode).toBe(1);
  expect(failed.last).toMatchObject({ level: "warn", forced: false, exit_code: 1 });
  const forced = await run("forced", [["started", "SIGTERM"]]);
  expect(forced.exitCode).toBe(1);
  expect(forced.last).toMatchObject({ level: "error", forced: true, exit_code: 1 });
});
