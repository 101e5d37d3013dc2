import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { migrate } from "../../src/storage/migrate.ts";
import { PERIODS } from "../../src/storage/periods.ts";
import type { TelemetryRow } from "../../src/storage/telemetry-row.ts";
import { insertTelemetry } from "../../src/storage/telemetry-store.ts";
import { createSampler, type Sampler } from "./sample-history.ts";

const USAGE = "usage: bun scripts/bench/seed-history.ts FILE [--rows 1000000] [--days 30]";
const BATCH = 10_000;
const DEFAULT_HASH_SIZE = 1024 * 1024;

interface Trigger {
  readonly name: string;
  readonly sql: string;
}

/**
 * Fills a database with prompts, spread evenly over the days before now, and with what goes with them. A few minutes
 * of triggers, one row at a time, become seconds: they are taken away meanwhile and their work is done in bulk.
 */
function seed(file: string, rows: number, days: number): void {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Database(file, { create: true, strict: true });
  database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = OFF");
  database.run("PRAGMA cache_size = -262144");
  migrate(database);
  const triggers = database
    .query<Trigger, []>("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) database.run(`DROP TRIGGER ${name}`);
  const sampler = createSampler({ rows, days, now: Date.now() });
  for (let from = 0; from < rows; from += BATCH)
    addBatch(database, sampler, from, Math.min(rows, from + BATCH));
  insertTelemetry(database, sampler.systemRows());
  addSums(database);
  for (const { sql } of triggers) database.run(sql);
  // More of the index is built in memory: a third less time. It is a property of the table, so it is set back.
  setHashSize(database, 64 * 1024 * 1024);
  database.run("INSERT INTO processing_history_text(processing_history_text) VALUES ('rebuild')");
  setHashSize(database, DEFAULT_HASH_SIZE);
  database.run("ANALYZE");
  database.run("PRAGMA journal_mode = DELETE");
  database.close();
}

function addBatch(database: Database, sampler: Sampler, from: number, to: number): void {
  const telemetry: TelemetryRow[] = [];
  database.transaction(() => {
    for (let n = from; n < to; n += 1) {
      const row = sampler.historyRow(n);
      const names = Object.keys(row);
      database
        .query<null, (string | number | null)[]>(
          `INSERT INTO processing_history (${names}) VALUES (${names.map(() => "?")})`,
        )
        .run(...Object.values(row));
      telemetry.push(...sampler.telemetryOf(n));
    }
  })();
  insertTelemetry(database, telemetry);
}

function setHashSize(database: Database, bytes: number): void {
  database.run("INSERT INTO processing_history_text(processing_history_text, rank) VALUES ('hashsize', ?)", [
    bytes,
  ]);
}

/** What the triggers would have summed up. */
function addSums(database: Database): void {
  for (const { step, length } of PERIODS) {
    database.run(`INSERT INTO prompt_sums
      SELECT '${step}', substr(completed_at, 1, ${length}), operation_type, coalesce(model, ''), status, count(*),
        sum(duration_ms), sum(coalesce(prompt_tokens, 0)), sum(coalesce(completion_tokens, 0))
      FROM processing_history WHERE status NOT IN ('pending', 'running') GROUP BY 2, 3, 4, 5`);
    database.run(`INSERT INTO latency_sums
      SELECT '${step}', substr(completed_at, 1, ${length}), CAST(8 * log2(max(duration_ms, 1)) AS INTEGER), count(*)
      FROM processing_history WHERE status = 'succeeded' GROUP BY 2, 3`);
  }
}

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: { rows: { type: "string", default: "1000000" }, days: { type: "string", default: "30" } },
});
const [file] = positionals;
if (file === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = 2;
} else {
  const begun = performance.now();
  seed(resolve(file), Number(values.rows), Number(values.days));
  process.stdout.write(
    `seeded ${values.rows} prompts in ${((performance.now() - begun) / 1000).toFixed(1)} s\n`,
  );
}
