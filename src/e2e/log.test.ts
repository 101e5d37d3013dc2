import { afterAll, afterEach, expect, test } from "bun:test";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listLogFiles } from "../observability/log-folder.ts";
import { problemsOfEntry } from "../observability/testing/check-log-entry.ts";
import { mountSmallDisk, SMALL_DISK_BYTES } from "../observability/testing/small-disk.ts";
import type { LogLine } from "./executable.ts";
import { Harness, TOKEN } from "./harness.ts";

let harness: Harness;

afterEach(async () => {
  await harness.close();
});

async function linesInFiles(folder = join(harness.folder, "data", "logs")): Promise<string[]> {
  const texts = await Promise.all((await listLogFiles(folder)).map((file) => readFile(file, "utf8")));
  return texts
    .join("")
    .split("\n")
    .filter((line) => line !== "");
}

/** Entries of a prompt's way, wherever they come from: about its widget, or with what only a prompt has. */
function isAboutPrompt(line: LogLine): boolean {
  return /^prompt /.test(line.message) || "operation_type" in line || "prompt_tokens" in line;
}

test("every entry of a run fits the schema, on stderr and in the files; both tell the same", async () => {
  harness = await Harness.start();
  const service = await harness.runReady({ CANVUSLLM_LOG_LEVEL: "debug", RETRY_DELAY: "10ms" });
  const page = await fetch(`${service.url}/healthz?token=query-secret`);
  expect(page.ok).toBe(true);
  const question = await harness.canvas.addNote("{{What is the capital of France?}}");
  await harness.canvas.answerWith("Paris.", question.id);
  await harness.canvas.addNote("{{image: a red fox}}");
  const failed = await service.logged((line) => line.message === "prompt failed");
  const [runner = 0] = await service.children();
  process.kill(runner, "SIGKILL");
  await service.logged((line) => line.level === "warn" && /model process/i.test(line.message));
  expect(await service.stop()).toBe(143);

  expect(service.stderr.flatMap(problemsOfEntry)).toEqual([]);
  const inFiles = await linesInFiles();
  expect(inFiles).toEqual(service.stderr);
  expect(service.log.at(-1)?.message).toMatch(/stopped/);

  const text = service.stderr.join("\n");
  expect(text).not.toContain(TOKEN);
  expect(text).not.toContain("query-secret");

  const answered = await service.logged((line) => line.message === "prompt answered");
  for (const id of [failed.correlation_id, answered.correlation_id]) expect(id).toMatch(/^\w{12}$/);
  const lost = service.log.filter((line) => isAboutPrompt(line) && line.correlation_id === undefined);
  expect(lost).toEqual([]);
  expect(answered).toMatchObject({
    canvas_id: "canvas-1",
    widget_id: question.id,
    operation_type: "note_prompt",
    duration_ms: expect.any(Number),
  });
  const requests = service.log.filter((line) => line.message === "Canvus request");
  expect(requests.length).toBeGreaterThan(3);
  expect(requests[0]).toMatchObject({
    method: "GET",
    url: expect.stringContaining(`${harness.url}/api/`),
    status_code: 200,
    duration_ms: expect.any(Number),
  });
  // The writes of the answer belong to the prompt.
  const writes = requests.filter(({ method }) => method !== "GET");
  expect(writes.filter((line) => line.correlation_id === undefined)).toEqual([]);
});

test("a kill -9 tears no entry", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  await service.stop("SIGKILL");
  const lines = await linesInFiles();
  expect(lines.flatMap(problemsOfEntry)).toEqual([]);
  expect(JSON.parse(lines[0] ?? "").message).toMatch(/^canvuslocallm .* starts$/);
});

const disk = await mountSmallDisk();
afterAll(() => disk?.unmount());

test.skipIf(disk === null)(
  "a full log disk (needs root): prompts are answered, stderr says it once",
  async () => {
    const folder = join(disk?.path ?? "", "logs");
    const ballast = join(disk?.path ?? "", "ballast");
    await writeFile(ballast, "x".repeat(SMALL_DISK_BYTES - 12 * 1024));
    harness = await Harness.start();
    const service = await harness.runReady({ CANVUSLLM_LOG_DIR: folder, CANVUSLLM_LOG_LEVEL: "debug" });
    const unwritable = (line: LogLine) =>
      (line.error as { code?: string } | undefined)?.code === "LOG_FILE_UNWRITABLE";
    const asking = ["France", "Spain", "Italy", "Japan"].map(async (country) => {
      const note = await harness.canvas.addNote(`{{What is the capital of ${country}?}}`);
      return harness.canvas.until(() => harness.canvas.answers.length >= 4 && note);
    });
    const trouble = await service.logged(unwritable);
    expect(trouble).toMatchObject({
      level: "warn",
      error: { hint: expect.stringContaining("CANVUSLLM_LOG_DIR") },
    });
    await Promise.all(asking);

    await rm(ballast);
    const recovered = await service.logged((line) => line.message.includes("can be written again"));
    expect(recovered.lost_entries).toBe(0);
    expect(await service.stop()).toBe(143);
    expect(service.log.filter(unwritable)).toHaveLength(1);
    const lines = await linesInFiles(folder);
    expect(lines.flatMap(problemsOfEntry)).toEqual([]);
    expect(lines).toEqual(service.stderr);
  },
);
