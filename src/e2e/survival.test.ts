import { afterEach, expect, test } from "bun:test";
import { ends } from "../testing/process-end.ts";
import { Harness } from "./harness.ts";

let harness: Harness;

afterEach(async () => {
  await harness.close();
});

const QUESTION = "{{What is the capital of France?}}";
const ANSWER = "Paris.";

/** The question's note as soon as the service has taken it: braces gone, status line there. */
function claimed(id: string): Promise<string> {
  return harness.canvas.until(() =>
    harness.canvas.history.get(id)?.find((text) => text.includes("⏳") && !text.includes("{{")),
  );
}

test("a runner killed in the middle of an answer: one answer all the same", async () => {
  harness = await Harness.start();
  const service = await harness.runReady({ RETRY_DELAY: "10ms" });
  const [runner = 0] = await service.children();
  process.kill(runner, "SIGSTOP");
  const question = await harness.canvas.addNote(QUESTION);
  await claimed(question.id);
  process.kill(runner, "SIGKILL");
  await harness.canvas.answerWith(ANSWER, question.id);
  await service.logged((line) => line.message === "prompt answered");
  expect(harness.canvas.answers).toHaveLength(1);
  expect(harness.statuses()).toEqual(["succeeded"]);
});

test("a service killed in the middle of an answer: the next one finishes it, once", async () => {
  harness = await Harness.start();
  const first = await harness.runReady();
  const [runner = 0] = await first.children();
  process.kill(runner, "SIGSTOP");
  const question = await harness.canvas.addNote(QUESTION);
  await claimed(question.id);
  await first.stop("SIGKILL");
  const second = await harness.runReady();
  await harness.canvas.answerWith(ANSWER, question.id);
  await second.logged((line) => line.message === "prompt answered");
  expect(harness.canvas.answers).toHaveLength(1);
  expect(harness.statuses()).toEqual(["succeeded"]);
  expect(await ends(runner)).toBe(true);
});

test("a prompt written while the service was down is answered when it returns", async () => {
  harness = await Harness.start();
  const first = await harness.runReady();
  expect(await first.stop("SIGINT")).toBe(130);
  const question = await harness.canvas.addNote(QUESTION);
  await harness.runReady();
  await harness.canvas.answerWith(ANSWER, question.id);
});

test("dropped streams: prompts written meanwhile are answered once it is back", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  await harness.faults({ kind: "stream-drop", path: "*", mode: "reset" });
  const question = await harness.canvas.addNote(QUESTION);
  await service.logged((line) => line.message.includes("reconnected"));
  await harness.canvas.answerWith(ANSWER, question.id);
  expect(harness.canvas.answers).toHaveLength(1);
});

test("a server that applies a write and then resets the connection gets no second answer", async () => {
  harness = await Harness.start();
  const service = await harness.runReady({ RETRY_DELAY: "10ms" });
  await harness.faults({ kind: "reset", when: "after", method: "POST", path: "*/notes", count: 1 });
  const question = await harness.canvas.addNote(QUESTION).catch(() => undefined);
  const id = question?.id ?? (await harness.canvas.until(() => harness.canvas.notes[0])).id;
  await harness.faults({ kind: "reset", when: "after", method: "POST", path: "*/notes", count: 1 });
  await harness.canvas.answerWith(ANSWER, id);
  await service.logged((line) => line.message === "prompt answered");
  expect(harness.canvas.answers).toHaveLength(1);
});

test("a Canvus server that is not there yet is waited for", async () => {
  harness = await Harness.start();
  const port = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const free = port.port;
  port.stop(true);
  const service = harness.run({ CANVUS_SERVER: `http://127.0.0.1:${free}`, RETRY_DELAY: "10ms" });
  const page = await service.logged((line) => line.message.startsWith("dashboard on "));
  await service.logged((line) => line.message.includes("cannot be watched yet"));
  const ready = await fetch(`${page.message.replace("dashboard on ", "")}/readyz`);
  expect(ready.status).toBe(503);
  const body = (await ready.json()) as { reasons: { part: string }[] };
  expect(body.reasons.map((reason) => reason.part)).toContain("canvas");
  expect(await service.stop()).toBe(143);
});
