// What every query of the dashboard takes on a history of a million prompts, in one process and without a service.
// `bun scripts/bench/queries.ts [--rounds 100] [--rows 1000000] [--history FOLDER] [--json FILE]`; exits with 1 when one
// takes more than 20 ms (p99). FOLDER: see history/seed-history.ts; without it one is made.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { createQueries } from "../../src/storage/queries/queries.ts";
import { configureReader } from "../../src/storage/query-operations.ts";
import { HISTORY_OPTIONS, largeHistory } from "./history/large-history.ts";
import { type QueryCase, queryCases } from "./history/query-cases.ts";
import type { Goal } from "./report/figure.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";

/** What one page of the dashboard may take. */
const GOAL_MS = 20;
const YARDSTICK_MS = 2;

const { report, options } = beginBench({ ...HISTORY_OPTIONS, rounds: 100 });

/** What this machine adds to a query of two milliseconds when others want its processors too. */
function yardstick(): void {
  for (const begun = process.cpuUsage(); ; ) {
    const { user, system } = process.cpuUsage(begun);
    if (user + system >= YARDSTICK_MS * 1000) return;
  }
}

function measure(name: string, ask: QueryCase, goal?: Goal): void {
  ask(0);
  const times: number[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const begun = performance.now();
    ask(round);
    times.push(performance.now() - begun);
  }
  report.add({
    name: `${name}, p99`,
    value: quantile(times, 0.99),
    unit: "ms",
    ...(goal === undefined ? {} : { goal }),
    beside: { what: "p50", value: quantile(times, 0.5) },
  });
}

const history = await largeHistory(options);
const database = new Database(join(history.path, "data.db"), { readonly: true, strict: true });
try {
  configureReader(database);
  measure(`yardstick: ${YARDSTICK_MS} ms of work`, yardstick);
  for (const [name, ask] of Object.entries(queryCases(createQueries(database), database))) {
    measure(name, ask, { atMost: GOAL_MS });
    // Signals are heard between two queries.
    await Bun.sleep(0);
  }
  await report.end();
} finally {
  database.close();
  history.remove();
}
