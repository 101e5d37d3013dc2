import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { MIGRATIONS, migrate } from "../storage/migrate.ts";
import { databaseFacts, recentErrors, recentFailures } from "./database-facts.ts";

function filled(): Database {
  const database = new Database(":memory:");
  migrate(database);
  database.run(
    `INSERT INTO processing_history (correlation_id, canvas_id, widget_id, operation_type, prompt, content_hash, status,
       stage, error_code, error_message, created_at)
     VALUES ('c1', 'canvas', 'w1', 'note_prompt', 'our secret plan', 'h', 'failed', 'claimed', 'OUT_OF_MEMORY', 'Too large.', '2026-01-01T00:00:00.000Z')`,
  );
  database.run(
    `INSERT INTO error_log (fingerprint, hour, level, code, category, message, context, created_at, last_seen_at)
     VALUES ('f', '2026-01-01T00', 'error', 'OUT_OF_MEMORY', 'resource', 'Too large.', '{"prompt":"our secret plan"}',
       '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`,
  );
  return database;
}

test("counts and sizes, and of the failed prompts everything but their texts", () => {
  using database = filled();
  expect(databaseFacts(database)).toMatchObject({
    schema_version: MIGRATIONS.length,
    rows: { processing_history: 1, error_log: 1 },
    prompts: [{ status: "failed", error_code: "OUT_OF_MEMORY", prompts: 1 }],
  });
  const failures = recentFailures(database);
  expect(failures).toMatchObject([{ correlation_id: "c1", error_message: "Too large." }]);
  expect(JSON.stringify([databaseFacts(database), failures])).not.toContain("plan");
});

test("the context of an error is taken apart, so that texts in it can be found and left out", () => {
  using database = filled();
  expect(recentErrors(database)).toMatchObject([
    { code: "OUT_OF_MEMORY", context: { prompt: "our secret plan" } },
  ]);
});

test("a database without our tables says what cannot be read, in its place", () => {
  using database = new Database(":memory:");
  expect(recentFailures(database)).toEqual([{ unreadable: expect.stringContaining("no such table") }]);
  expect(databaseFacts(database)).toMatchObject({ schema_version: 0, rows: {} });
});
