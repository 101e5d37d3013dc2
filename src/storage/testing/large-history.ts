import { Database } from "bun:sqlite";
import { migrate } from "../migrate.ts";
import { fillTelemetry } from "./large-telemetry.ts";

export interface Texts {
  readonly prompt: string;
  readonly response: string;
}

export interface LargeHistoryOptions {
  readonly rows: number;
  /** The prompts are spread evenly over so many days before `now`. */
  readonly days: number;
  /** Calls of models, events on canvases, errors and samples reach back so far only. */
  readonly metricsDays: number;
  /** Ms since the epoch. */
  readonly now: number;
  /** Each is asked many times. */
  readonly texts: readonly Texts[];
}

interface SchemaObject {
  readonly type: "index" | "trigger";
  readonly name: string;
  readonly sql: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MODELS = ["gemma-3-12b-it", "qwen3-8b", "llama-3.1-8b-instruct"] as const;
const CODES = ["RUNNER_CRASHED", "PROMPT_TIMEOUT", "CANVUS_UNREACHABLE", "INFERENCE_FAILED"] as const;
const CANVASES = 12;
/** Odd, without a common pattern; each makes a column that has nothing to do with the others. */
const FACTORS = [2654435761, 2246822519, 3266489917, 668265263, 374761393];
/** More of the full-text index is built in memory: a third less time. A property of the table, so it is set back. */
const LARGE_HASH = 64 * 1024 * 1024;
const USUAL_HASH = 1024 * 1024;

/**
 * Makes a database with the prompts of a busy installation: the same arguments give the same rows. A million takes half
 * a minute: the rows come from SQL, and what indexes and triggers would do row by row is done at once in the end.
 */
export function makeLargeHistory(file: string, options: LargeHistoryOptions): void {
  const database = new Database(file, { create: true, strict: true });
  // Nobody needs the file if this does not come to its end.
  database.run("PRAGMA journal_mode = OFF");
  database.run("PRAGMA synchronous = OFF");
  database.run("PRAGMA temp_store = MEMORY");
  database.run("PRAGMA cache_size = -262144");
  database.run("PRAGMA auto_vacuum = INCREMENTAL");
  migrate(database);
  const objects = takeAway(database);
  fillPrompts(database, options);
  putBack(database, objects, "index");
  sumUp(database);
  setHashSize(database, LARGE_HASH);
  database.run("INSERT INTO processing_history_text(processing_history_text) VALUES ('rebuild')");
  setHashSize(database, USUAL_HASH);
  putBack(database, objects, "trigger");
  fillTelemetry(database, options);
  database.run("ANALYZE");
  database.close();
}

function takeAway(database: Database): SchemaObject[] {
  const objects = database
    .query<SchemaObject, []>(
      `SELECT type, name, sql FROM sqlite_master
       WHERE tbl_name = 'processing_history' AND type IN ('index', 'trigger') AND sql IS NOT NULL`,
    )
    .all();
  for (const { type, name } of objects) database.run(`DROP ${type} ${name}`);
  return objects;
}

function putBack(database: Database, objects: readonly SchemaObject[], wanted: SchemaObject["type"]): void {
  for (const { type, sql } of objects) if (type === wanted) database.run(sql);
}

function fillPrompts(database: Database, { rows, days, now, texts }: LargeHistoryOptions): void {
  database.run("CREATE TEMP TABLE texts (n INTEGER PRIMARY KEY, prompt TEXT, response TEXT)");
  const add = database.query<null, [number, string, string]>("INSERT INTO texts VALUES (?, ?, ?)");
  database.transaction(() => {
    for (const [n, { prompt, response }] of texts.entries()) add.run(n, prompt, response);
  })();
  // Ids are in the order of time. What looks like chance comes from the number of the row.
  database.run(`
    INSERT INTO processing_history (id, correlation_id, canvas_id, widget_id, response_widget_id, operation_type, prompt,
      content_hash, response, model, prompt_tokens, completion_tokens, duration_ms, queue_ms, load_ms, prompt_ms, ttft_ms,
      generation_ms, status, stage, attempts, error_code, error_message, created_at, started_at, answered_at, completed_at)
    WITH RECURSIVE
      n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows - 1}),
      chance AS (SELECT i, ${chance(0)} AS a, ${chance(1)} AS b, ${chance(2)} AS c, ${chance(3)} AS d, ${chance(4)} AS e,
        ${now - days * DAY_MS} + i * ${(days * DAY_MS) / rows} AS seen FROM n),
      prompt AS (SELECT *, CAST(300 * exp(4.5 * b) AS INTEGER) AS ms,
        iif(a < 0.97, 'succeeded', iif(a < 0.99, 'failed', 'cancelled')) AS status FROM chance)
    SELECT i + 1, printf('c%011d', i), printf('2c4ae0b5-6b1f-4a6e-9d58-%012d', 10 + CAST(${CANVASES} * c * c AS INTEGER)),
      'widget-' || (i % 50000), 'answer-' || i, iif(e < 0.95, 'note_prompt', 'image_prompt'), texts.prompt, 'hash-' || i,
      iif(status = 'failed', NULL, texts.response), ${choice(MODELS, "d * d * d")}, 20 + i % 200, 10 + i % 400, ms,
      10, 0, ms * 0.1, ms * 0.12, ms * 0.8, status, iif(status = 'failed', 'claimed', 'answered'), 1,
      iif(status = 'failed', ${choice(CODES, "e")}, NULL),
      iif(status = 'failed', 'The model process stopped unexpectedly.', NULL),
      ${iso("seen")}, ${iso("seen + 20")}, iif(status = 'failed', NULL, ${iso("seen + ms - 20")}), ${iso("seen + ms")}
    FROM prompt JOIN texts ON texts.n = (i * 7919) % ${texts.length}`);
}

/** What the triggers would have counted: by hours from the prompts, by days from the hours. */
function sumUp(database: Database): void {
  database.run(`INSERT INTO prompt_sums
    SELECT 'hour', substr(completed_at, 1, 13), operation_type, coalesce(model, ''), status, count(*), sum(duration_ms),
      sum(coalesce(prompt_tokens, 0)), sum(coalesce(completion_tokens, 0))
    FROM processing_history GROUP BY 2, 3, 4, 5`);
  database.run(`INSERT INTO prompt_sums
    SELECT 'day', substr(period, 1, 10), operation_type, model, status, sum(prompts), sum(duration_ms),
      sum(prompt_tokens), sum(completion_tokens)
    FROM prompt_sums GROUP BY 2, 3, 4, 5`);
  database.run(`INSERT INTO latency_sums
    SELECT 'hour', substr(completed_at, 1, 13), CAST(8 * log2(max(duration_ms, 1)) AS INTEGER), count(*)
    FROM processing_history WHERE status = 'succeeded' GROUP BY 2, 3`);
  database.run(`INSERT INTO latency_sums
    SELECT 'day', substr(period, 1, 10), bucket, sum(prompts) FROM latency_sums GROUP BY 2, 3`);
}

function setHashSize(database: Database, bytes: number): void {
  database.run("INSERT INTO processing_history_text(processing_history_text, rank) VALUES ('hashsize', ?)", [
    bytes,
  ]);
}

/** A number from 0 to 1, made of `i` by multiplying with a large number and taking bits from the middle. */
function chance(index: number): string {
  return `((i * ${FACTORS[index]} >> 13) % 10007) / 10007.0`;
}

/** @param share SQL of a number from 0 to 1 */
function choice(values: readonly string[], share: string): string {
  const cases = values.map((value, index) => `WHEN ${index} THEN '${value}'`);
  return `CASE CAST(${values.length} * ${share} AS INTEGER) ${cases.join(" ")} END`;
}

/** @param ms SQL of a time in ms since the epoch */
function iso(ms: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', (${ms}) / 1000.0, 'unixepoch')`;
}
