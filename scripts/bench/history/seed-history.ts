import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeLargeHistory } from "../../../src/storage/testing/large-history.ts";
import { skewedTexts } from "./skewed-texts.ts";

const USAGE = "usage: bun scripts/bench/history/seed-history.ts FILE [--rows 1000000] [--days 30]";
/** How long metrics and events are kept by default; older prompts have none any more. */
const METRICS_DAYS = 7;
/** In a million prompts each comes ten times. */
const TEXTS = 100_000;

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
  const path = resolve(file);
  mkdirSync(dirname(path), { recursive: true });
  const [rows, days] = [Number(values.rows), Number(values.days)];
  makeLargeHistory(path, {
    ...{ rows, days, metricsDays: Math.min(days, METRICS_DAYS), now: Date.now() },
    texts: skewedTexts(TEXTS),
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(`seeded ${rows} prompts in ${seconds} s\n`);
}
