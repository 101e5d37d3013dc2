import { afterEach, beforeEach, expect, test } from "bun:test";
import { hasStatus } from "../triggers/our-marks.ts";
import { ServiceBench } from "./testing/service-bench.ts";

let services: ServiceBench;

beforeEach(async () => {
  services = await ServiceBench.begin();
});
afterEach(() => services.stop());

test("a full queue says so on the canvas; what found no room is taken later, once, in any order", async () => {
  await services.start({ maxRunning: 1, maxQueued: 1, maxQueuedPerCanvas: 1 });
  const notes = await Promise.all(
    ["a", "b", "c", "d", "e"].map((text) => services.bench.write(`{{${text}}}`)),
  );
  const first = await services.script.next();
  const isTold = (text: string) => text.includes("many questions are waiting") && text.includes("{{");
  await services.bench.until(() => {
    const told = notes.filter(({ id }) => isTold(services.bench.board.state.get(id)?.text ?? ""));
    return told.length === 3 || undefined;
  });
  expect(services.bench.rows()).toHaveLength(2);
  first.answer(`To: ${first.request.prompt}`);
  await services.answerAll(4);
  expect(await services.ended(5)).toEqual(Array(5).fill("succeeded"));
  expect((await services.bench.answers()).map(({ text }) => text).sort()).toEqual(
    ["a", "b", "c", "d", "e"].map((text) => `To: ${text}`),
  );
  for (const note of notes) expect(await services.bench.textOf(note.id)).toMatch(/^[a-e]$/);
});

test("a question that waits for room and is taken back loses its status line", async () => {
  await services.start({ maxRunning: 1, maxQueued: 1, maxQueuedPerCanvas: 1 });
  const first = await services.bench.write("{{first}}");
  await services.script.next();
  await services.bench.write("{{second}}");
  await services.bench.until(() => services.bench.rows()[1]);
  const third = await services.bench.write("{{third}}");
  const told = await services.shows(third, hasStatus);
  await services.bench.server.widget("PATCH", `notes/${third.id}`, { text: told.text?.replace(/[{}]/g, "") });
  await services.shows(third, (text) => text === "third");
  expect(first.text).toBe("{{first}}");
  expect(services.bench.rows()).toHaveLength(2);
});

test("a question that is edited while it waits for room is taken as it is in the end", async () => {
  await services.start({ maxRunning: 1, maxQueued: 1, maxQueuedPerCanvas: 1 });
  await services.bench.write("{{first}}");
  const first = await services.script.next();
  await services.bench.write("{{second}}");
  await services.bench.until(() => services.bench.rows()[1]);
  const third = await services.bench.write("{{thi}}");
  await services.shows(third, hasStatus);
  await services.bench.server.widget("PATCH", `notes/${third.id}`, { text: "{{third}}" });
  // Told once more, because it settled anew and there is still no room.
  await services.shows(third, (text) => text.startsWith("{{third}}") && hasStatus(text));
  first.answer("1");
  await services.answerAll(2);
  expect(await services.ended(3)).toEqual(["succeeded", "succeeded", "succeeded"]);
  expect(services.bench.rows().map(({ prompt }) => prompt)).toEqual(["first", "second", "third"]);
});
