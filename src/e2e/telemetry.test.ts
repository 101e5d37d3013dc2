import { Database } from "bun:sqlite";
import { afterEach, expect, test } from "bun:test";
import { join } from "node:path";
import { Harness } from "./harness.ts";

let harness: Harness;

afterEach(async () => {
  await harness.close();
});

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("after some prompts all five tables hold what happened", async () => {
  harness = await Harness.start();
  const service = await harness.runReady();
  const france = await harness.canvas.addNote("{{What is the capital of France?}}");
  await harness.canvas.answerWith("Paris.", france.id);
  const spain = await harness.canvas.addNote("{{What is the capital of Spain?}}", {
    location: { x: 900, y: 900 },
  });
  await harness.canvas.answerWith("Madrid.", spain.id);
  await service.loggedTimes(2, (line) => line.message === "prompt answered");
  await harness.canvas.deleteNote(spain.id);
  await harness.canvas.addNote("{{image: a red fox}}", { location: { x: 1500, y: 1500 } });
  await service.logged((line) => line.message === "prompt failed");
  expect(await service.stop()).toBe(143);

  const history = harness.rows("processing_history");
  expect(history.map((row) => [row.status, row.attempts])).toEqual([
    ["succeeded", 1],
    ["succeeded", 1],
    ["failed", 1],
  ]);
  const [first] = history;
  for (const name of ["created_at", "started_at", "answered_at", "completed_at"])
    expect(first?.[name]).toMatch(TIME);
  for (const name of ["prompt_ms", "ttft_ms", "generation_ms"]) expect(first?.[name]).toBeGreaterThan(0);

  const events = harness.rows("canvas_events");
  const answer = events.find((event) => event.correlation_id === first?.correlation_id);
  expect(answer).toMatchObject({
    canvas_id: "canvas-1",
    widget_id: first?.response_widget_id ?? "",
    widget_type: "Note",
    operation_type: "added",
  });
  expect(
    events.filter((event) => event.widget_id === spain.id && event.operation_type === "deleted"),
  ).toHaveLength(1);
  expect(
    events.some((event) => event.operation_type === "updated" && `${event.changed_fields}`.includes("text")),
  ).toBe(true);
  expect(JSON.stringify(events)).not.toContain("capital");

  const inferences = harness.query(
    `SELECT * FROM performance_metrics WHERE correlation_id = '${first?.correlation_id}'`,
  );
  expect(inferences.length).toBeGreaterThan(0);
  for (const inference of inferences) {
    expect(inference).toMatchObject({
      engine: "text",
      model: "CanvusLocalLLM demo",
      status: "succeeded",
      device: "off",
    });
    expect(inference.model_path).toEndWith("demo-text.gguf");
    expect(Number(inference.total_tokens)).toBe(
      Number(inference.prompt_tokens) + Number(inference.completion_tokens),
    );
    for (const name of [
      "prompt_tokens",
      "completion_tokens",
      "context_size",
      "duration_ms",
      "completion_tokens_per_second",
    ]) {
      expect(Number(inference[name])).toBeGreaterThan(0);
    }
  }

  const [error] = harness.query("SELECT * FROM error_log WHERE level = 'error'");
  expect(error).toMatchObject({
    code: "IMAGE_ENGINE_MISSING",
    category: "configuration",
    correlation_id: history[2]?.correlation_id ?? "",
    occurrences: 1,
  });
  expect(error?.stack).toContain("AppError");

  const samples = harness.rows("system_metrics");
  expect(samples.length).toBeGreaterThanOrEqual(2);
  const last = samples.at(-1);
  expect(last).toMatchObject({
    canvases_total: 1,
    tasks_waiting: 0,
    telemetry_dropped: 0,
    canvas_events_dropped: 0,
  });
  for (const name of ["uptime_ms", "service_rss_bytes", "disk_free_bytes", "database_bytes"]) {
    expect(Number(last?.[name])).toBeGreaterThan(0);
  }

  expect(harness.query("SELECT sum(prompts) AS n FROM prompt_sums WHERE step = 'day'")).toEqual([{ n: 3 }]);
  const found = harness.query(
    "SELECT rowid AS id FROM processing_history_text WHERE processing_history_text MATCH 'madrid'",
  );
  expect(found).toEqual([{ id: 2 }]);

  const line = service.log.find((entry) => entry.message === "inference done");
  expect(line).toMatchObject({
    level: "info",
    model: "CanvusLocalLLM demo",
    correlation_id: expect.any(String),
  });
  for (const name of ["prompt_tokens", "completion_tokens", "duration_ms"])
    expect(Number(line?.[name])).toBeGreaterThan(0);
});

test("what is older than its retention is deleted by itself", async () => {
  harness = await Harness.start();
  const first = await harness.runReady();
  const question = await harness.canvas.addNote("{{What is the capital of France?}}");
  await harness.canvas.answerWith("Paris.", question.id);
  await first.logged((line) => line.message === "prompt answered");
  await first.stop();

  const database = new Database(join(harness.folder, "data", "data.db"));
  database.run("UPDATE processing_history SET created_at = '2020-01-01T00:00:00.000Z'");
  database.run("UPDATE canvas_events SET created_at = '2020-01-01T00:00:00.000Z'");
  database.close();
  const second = await harness.runReady({ CANVUSLLM_HISTORY_RETENTION: "90d" });
  const later = await harness.canvas.addNote("{{What is the capital of Italy?}}", {
    location: { x: 900, y: 900 },
  });
  await harness.canvas.answerWith("Rome.", later.id);
  await second.logged((line) => line.message === "prompt answered");
  // Prompts go first: the first round begins 10 s after the start.
  await second.logged((line) => line.message === "old rows were deleted");
  await second.stop();
  expect(harness.query("SELECT response FROM processing_history")).toEqual([{ response: "Rome." }]);
  expect(harness.query("SELECT count(*) AS n FROM canvas_events WHERE created_at < '2021'")).toEqual([
    { n: 0 },
  ]);
});
