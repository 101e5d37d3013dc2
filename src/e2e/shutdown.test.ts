import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ends } from "../testing/process-end.ts";
import { DashboardClient } from "./dashboard-client.ts";
import type { Execution, LogLine } from "./executable.ts";
import { Harness } from "./harness.ts";

const QUESTION = "{{What is the capital of France?}}";
const ANSWER = "Paris.";

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start();
});
afterEach(async () => {
  await harness.close();
});

/** A service with a prompt under way that its frozen model does not answer. */
async function busyService(changes: Record<string, string> = {}) {
  const service = await harness.runReady(changes);
  const [runner = 0] = await service.children();
  process.kill(runner, "SIGSTOP");
  const question = await harness.canvas.addNote(QUESTION);
  await harness.canvas.until(() =>
    harness.canvas.history.get(question.id)?.find((text) => text.includes("⏳") && !text.includes("{{")),
  );
  return { service, runner, question };
}

function step(service: Execution, name: string): Promise<LogLine> {
  return service.logged((line) => line.step === name);
}

function steps(service: Execution): unknown[] {
  return service.log.flatMap((line) => line.step ?? []);
}

function lastEntry(service: Execution): LogLine | undefined {
  return service.log.at(-1);
}

/** What may lie in a data directory whose service has ended: no process, lock, log of the database or temporary file. */
async function expectNothingLeft(runner: number): Promise<void> {
  const files = await readdir(join(harness.folder, "data"));
  expect(files.sort()).toEqual(
    ["data.db", "logs", "models", "service.lock"].filter((f) => files.includes(f)),
  );
  expect(files).toContain("data.db");
  expect(await ends(runner)).toBe(true);
}

async function expectAnsweredOnceByNextStart(questionId: string): Promise<void> {
  const next = await harness.runReady();
  await harness.canvas.answerWith(ANSWER, questionId);
  await next.logged((line) => line.message === "prompt answered");
  expect(await next.stop()).toBe(143);
  expect(harness.canvas.answers).toHaveLength(1);
  expect(harness.statuses()).toEqual(["succeeded"]);
}

test("a prompt under way is answered first; then everything ends in order, and nothing is left", async () => {
  const { service, runner, question } = await busyService();
  service.kill("SIGTERM");
  await step(service, "live pages told");
  const ready = await fetch(`${service.url}/readyz`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining("stopping")]);
  const late = await harness.canvas.addNote("{{What is the capital of Japan?}}");
  process.kill(runner, "SIGCONT");
  expect(await service.exited).toBe(143);
  await harness.canvas.answerWith(ANSWER, question.id);
  expect(steps(service)).toEqual([
    "no new prompts",
    "live pages told",
    "prompts under way ended",
    "unfinished prompts left to the next start",
    "canvases left",
    "models stopped",
    "measurements stopped",
    "database written and closed",
    "temporary downloads removed",
    "HTTP connections closed",
  ]);
  expect(lastEntry(service)).toMatchObject({
    message: "stopped",
    reason: "SIGTERM",
    exit_code: 143,
    forced: false,
  });
  await expectNothingLeft(runner);
  expect(harness.statuses()).toEqual(["succeeded"]);
  await harness.runReady();
  await harness.canvas.answerWith("Tokyo.", late.id);
});

test("pages that are open do not hold the end up: their streams end first", async () => {
  const password = "one for this test only";
  const service = await harness.runReady({ WEBUI_PWD: password });
  const browser = new DashboardClient(service.url);
  await browser.login(password);
  const live = await browser.get("/api/v1/events");
  expect(live.headers.get("content-type")).toStartWith("text/event-stream");
  const ended = live.text();
  expect(await service.stop()).toBe(143);
  expect(await ended).toStartWith("event: ");
  expect(lastEntry(service)?.duration_ms).toBeLessThan(5000);
});

test("a model that hangs: its prompt is named and left to the next start, which answers it once", async () => {
  const { service, runner, question } = await busyService({ SHUTDOWN_INFLIGHT_TIMEOUT: "200ms" });
  expect(await service.stop("SIGINT")).toBe(130);
  const named = service.log.find((line) => line.message.startsWith("prompt not finished; the next start"));
  expect(named).toMatchObject({ operation_type: "note_prompt", stage: "claimed", widget_id: question.id });
  expect(named?.correlation_id).toBeString();
  expect(named?.duration_ms).toBeGreaterThan(0);
  await expectNothingLeft(runner);
  await expectAnsweredOnceByNextStart(question.id);
});

test("a second signal waits for nothing; the next start answers what was under way, once", async () => {
  const { service, runner, question } = await busyService();
  service.kill("SIGTERM");
  await step(service, "live pages told");
  const began = performance.now();
  expect(await service.stop("SIGTERM")).toBe(143);
  expect(performance.now() - began).toBeLessThan(1000);
  expect(lastEntry(service)).toMatchObject({ forced: true, reason: "second signal, SIGTERM" });
  expect(await ends(runner)).toBe(true);
  await expectAnsweredOnceByNextStart(question.id);
});

test("while the model is loaded nobody waits for it: a stop takes less than a second", async () => {
  const service = harness.run({ CANVUSLLM_LOG_LEVEL: "debug" });
  await service.logged((line) => line.message === "Runner is starting");
  const [runner = 0] = await service.children();
  process.kill(runner, "SIGSTOP");
  const question = await harness.canvas.addNote(QUESTION);
  await service.logged((line) => line.message === "prompt accepted");
  await harness.canvas.until(() =>
    harness.canvas.history.get(question.id)?.find((text) => text.includes("⏳")),
  );
  const began = performance.now();
  expect(await service.stop()).toBe(143);
  expect(performance.now() - began).toBeLessThan(1000);
  expect(service.log.some((line) => line.message.endsWith(" is loaded"))).toBe(false);
  await expectNothingLeft(runner);
  await expectAnsweredOnceByNextStart(question.id);
});

test("an idle service is gone at once, with Ctrl+C as with SIGTERM", async () => {
  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    const service = await harness.runReady();
    const [runner = 0] = await service.children();
    const began = performance.now();
    expect(await service.stop(signal)).toBe(exitCode);
    // Half a second is what is promised; a test machine that does other things meanwhile gets twice that.
    expect(performance.now() - began).toBeLessThan(1000);
    await expectNothingLeft(runner);
  }
});

test("a database that somebody else has locked is warned about; the service ends all the same", async () => {
  const service = await harness.runReady();
  const other = new Database(join(harness.folder, "data", "data.db"));
  // The service may be writing just now.
  other.run("PRAGMA busy_timeout = 10000");
  other.run("BEGIN IMMEDIATE");
  const exitCode = await service.stop();
  other.run("ROLLBACK");
  other.close();
  expect(exitCode).toBe(143);
  expect(lastEntry(service)).toMatchObject({ reason: "SIGTERM", exit_code: 143 });
  const next = await harness.runReady();
  expect(await next.stop()).toBe(143);
});

test.each([" starts", "dashboard on "])(
  'a signal at "%s" ends the start, and the next one is clean',
  async (moment) => {
    const service = harness.run({ CANVUSLLM_LOG_LEVEL: "debug" });
    await service.logged((line) => line.message.includes(moment));
    expect(await service.stop()).toBe(143);
    const messages = service.log.map(({ message }) => message);
    expect(messages.slice(messages.indexOf("shutdown: models stopped"))).not.toContain("Runner is starting");
    const next = await harness.runReady();
    const [runner = 0] = await next.children();
    expect(await next.stop()).toBe(143);
    await expectNothingLeft(runner);
  },
);

test.each(["throw new Error('a mistake')", "Promise.reject(new Error('a mistake'))"])(
  "an error nobody expected (%s) ends it with 1; the next start answers what was under way",
  async (mistake) => {
    // Bun takes options from the environment also when it is inside an executable.
    const preload = join(harness.folder, "mistake.ts");
    await Bun.write(preload, `process.on("SIGUSR2", () => { ${mistake}; });`);
    const { service, runner, question } = await busyService({ BUN_OPTIONS: `--preload=${preload}` });
    expect(await service.stop("SIGUSR2")).toBe(1);
    expect(service.log).toContainEqual(
      expect.objectContaining({ level: "error", message: "an error nobody expected stops the service" }),
    );
    expect(lastEntry(service)).toMatchObject({ reason: "error", exit_code: 1 });
    await expectNothingLeft(runner);
    await expectAnsweredOnceByNextStart(question.id);
  },
);
