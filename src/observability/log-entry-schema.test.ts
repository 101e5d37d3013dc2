import { describe, expect, test } from "bun:test";
import { AppError } from "../errors/app-error.ts";
import { createLogger } from "./create-logger.ts";
import { createStreamWriter } from "./stderr-writer.ts";
import { problemsOfEntry } from "./testing/check-log-entry.ts";

const source = "observability/log-entry-schema.test.ts:test";

describe("entries as the logger writes them fit:", () => {
  test.each([
    ["plain", { source }],
    [
      "of a task",
      { source, correlation_id: "x", canvas_id: "c", widget_id: "w", operation_type: "note_prompt" },
    ],
    ["of a request", { source, method: "GET", url: "https://x.test/", status_code: 200, duration_ms: 1.5 }],
    ["an error with causes", { source, error: new AppError("INTERNAL", "m", { cause: new Error("c") }) }],
    ["a field that wants to be the head", { source, message: "other" }],
  ])("%s", (_name, fields) => {
    const lines: string[] = [];
    const outputs = [{ format: "json" as const, write: (text: string) => lines.push(text) }];
    createLogger({ level: "debug", secrets: [], outputs }).info("m", fields);
    expect(problemsOfEntry(lines[0] ?? "")).toEqual([]);
  });

  test("the notice that entries were lost", () => {
    const lines: string[] = [];
    const stream = { write: (text: string) => lines.push(text) > 0, on: () => undefined };
    const writer = createStreamWriter(stream, 250);
    const entry = `${"x".repeat(200)}\n`;
    for (let i = 0; i < 3; i++) writer.write(entry);
    expect(writer.dropped).toBe(2);
    const roomy = createStreamWriter({ ...stream, on: (_event, fail) => fail(new Error("EPIPE")) });
    roomy.write(entry);
    expect(problemsOfEntry(lines.at(-2) ?? "")).toEqual([]);
  });
});

describe("entries that do not fit:", () => {
  const entry = { timestamp: "2026-01-02T03:04:05.678Z", level: "info", message: "m", source };
  test.each([
    ["no source", { ...entry, source: undefined }],
    ["a source without a function", { ...entry, source: "tasks" }],
    ["a local time", { ...entry, timestamp: "2026-01-02T03:04:05.678+01:00" }],
    ["a level of its own", { ...entry, level: "fatal" }],
    ["a duration that is a text", { ...entry, duration_ms: "1" }],
    ["a name in another style", { ...entry, durationMs: 1 }],
  ])("%s", (_name, value) => {
    expect(problemsOfEntry(JSON.stringify(value))).not.toEqual([]);
  });
});
