import { afterEach, expect, test } from "bun:test";
import { Harness } from "./harness.ts";

let harness: Harness;

afterEach(async () => {
  await harness.close();
});

function textOf(id: string): string | undefined {
  return harness.canvas.notes.find((note) => note.id === id)?.text;
}

test("a full queue says so on the canvas, and each prompt is answered once there is room", async () => {
  harness = await Harness.start();
  const service = await harness.runReady({ CANVUSLLM_QUEUE_LIMIT: "1", MAX_CONCURRENT: "1" });
  const [runner = 0] = await service.children();
  process.kill(runner, "SIGSTOP");
  const cities = { France: "Paris.", Spain: "Madrid.", Japan: "Tokyo.", Italy: "Rome." };
  const asked = await Promise.all(
    Object.keys(cities).map((country, index) =>
      harness.canvas.addNote(`{{What is the capital of ${country}?}}`, {
        location: { x: 400, y: 400 * index },
      }),
    ),
  );
  // One is worked on, one waits, two find no room.
  await harness.canvas.until(() => {
    const told = asked.filter(({ id }) => /\{\{.*many questions are waiting/s.test(textOf(id) ?? ""));
    return told.length === 2 || undefined;
  });
  process.kill(runner, "SIGCONT");
  await harness.canvas.until(() => {
    const open = asked.some(({ id }) => /⏳|\{\{/.test(textOf(id) ?? ""));
    return (harness.canvas.answers.length === 4 && !open) || undefined;
  });
  expect(harness.canvas.answers.map(({ text }) => text).sort()).toEqual(Object.values(cities).sort());
  await service.loggedTimes(4, (line) => line.message === "prompt answered");
  expect(harness.statuses()).toEqual(Array(4).fill("succeeded"));
});

test("PROCESSING_TIMEOUT ends a prompt with a friendly note, retries and their waits included", async () => {
  harness = await Harness.start();
  const service = await harness.runReady({
    PROCESSING_TIMEOUT: "1s",
    MAX_RETRIES: "20",
    RETRY_DELAY: "50ms",
  });
  const [runner = 0] = await service.children();
  process.kill(runner, "SIGSTOP");
  const question = await harness.canvas.addNote("{{What is the capital of France?}}");
  const told = await harness.canvas.until(() =>
    harness.canvas.answers.find(({ text }) => text.startsWith("Sorry")),
  );
  expect(told.text).toContain("longer than 1 second");
  expect(told.text).toContain("PROCESSING_TIMEOUT");
  await harness.canvas.until(() => textOf(question.id) === "What is the capital of France?" || undefined);
  await service.logged((line) => line.message === "prompt failed");
  expect(harness.query("SELECT status, error_code FROM processing_history")).toEqual([
    { status: "failed", error_code: "PROMPT_TIMEOUT" },
  ]);
});

test("an error that happens while the canvas is down is told when it is back", async () => {
  harness = await Harness.start();
  const service = await harness.runReady({ RETRY_DELAY: "10ms", MAX_RETRIES: "1" });
  const [runner = 0] = await service.children();
  process.kill(runner, "SIGSTOP");
  const question = await harness.canvas.addNote("{{image: a red fox}}");
  // Whatever the service wants to write now, it gets no good answer.
  await harness.faults({ kind: "status", status: 503, subscribe: false });
  process.kill(runner, "SIGCONT");
  await service.logged((line) => line.message.startsWith("prompt not finished"));
  const lifted = await fetch(`${harness.url}/_sim/faults`, { method: "DELETE" });
  expect(lifted.ok).toBe(true);
  const told = await harness.canvas.until(() => harness.canvas.answers[0]);
  expect(told.text).toStartWith("Sorry");
  await harness.canvas.until(() => textOf(question.id) === "image: a red fox" || undefined);
  await service.logged((line) => line.message === "prompt failed");
  expect(harness.statuses()).toEqual(["failed"]);
});
