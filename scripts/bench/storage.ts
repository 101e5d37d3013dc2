// Whether the history keeps up with a flood of telemetry while prompts are journalled, and what that costs the main thread.
// Beside it the same statements on one connection of the main thread. `bun scripts/bench/storage.ts [--seconds 10]
// [--rate 25000] [--folder DIR] [--json FILE]`; exits with 1 when rows are lost, fewer than 20,000 a second are written,
// the main thread stands still for more than 5 ms or a write of the journal takes more than 50 ms (p99). DIR: which disk.
import { statSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../src/e2e/at-exit.ts";
import { createLogger } from "../../src/observability/create-logger.ts";
import { Storage } from "../../src/storage/storage.ts";
import { systemTimers } from "../../src/timers.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";
import { type BareTimes, measureBareSqlite } from "./storage/bare-sqlite.ts";
import { sampleAnswer, samplePrompt, sampleRow } from "./storage/sample-rows.ts";

const GOALS = { rowsPerSecond: 20_000, stallMs: 5, journalMs: 50 } as const;
const TICK_MS = 2;
const JOURNAL_EVERY_MS = 10;
const BARE_BATCHES = 100;
const DAY_MS = 24 * 60 * 60 * 1000;

const { report, options } = beginBench({ seconds: 10, rate: 25_000, folder: "" });

interface Times {
  readonly elapsedMs: number;
  /** By how many ms each turn of the event loop came late. */
  readonly stalls: readonly number[];
  readonly journal: readonly number[];
  /** Of all threads, in µs; unlike the other figures it says something on a busy machine too. */
  readonly cpu: number;
}

async function measure(storage: Storage): Promise<Times> {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const end = begin + options.seconds * 1000;
  const [stalls, journal] = await Promise.all([offerRows(storage, begin, end), askPrompts(storage, end)]);
  const { user, system } = process.cpuUsage(cpu);
  return { elapsedMs: performance.now() - begin, stalls, journal, cpu: user + system };
}

function offerRows(storage: Storage, begin: number, end: number): Promise<number[]> {
  const stalls: number[] = [];
  const done = Promise.withResolvers<number[]>();
  let recorded = 0;
  let expected = performance.now() + TICK_MS;
  const tick = () => {
    const now = performance.now();
    stalls.push(Math.max(0, now - expected));
    const due = Math.floor(((Math.min(now, end) - begin) * options.rate) / 1000);
    for (; recorded < due; recorded++) storage.telemetry.record(sampleRow(recorded));
    if (now >= end) return done.resolve(stalls);
    // From before the recording: the time that it takes is a stall too.
    expected = now + TICK_MS;
    setTimeout(tick, TICK_MS);
  };
  setTimeout(tick, TICK_MS);
  return done.promise;
}

async function askPrompts({ journal }: Storage, end: number): Promise<number[]> {
  const times: number[] = [];
  const timed = async (run: () => Promise<unknown>) => {
    const begun = performance.now();
    await run();
    times.push(performance.now() - begun);
  };
  for (let index = 0; performance.now() < end; index++) {
    const prompt = samplePrompt(index);
    await timed(() => journal.begin(prompt));
    await timed(() => journal.update(prompt.correlation_id, sampleAnswer()));
    await Bun.sleep(JOURNAL_EVERY_MS);
  }
  return times;
}

function tell(
  { elapsedMs, stalls, journal, cpu }: Times,
  { written, dropped }: { readonly written: number; readonly dropped: number },
  bare: BareTimes,
  bytes: number,
): void {
  const blocked = "a batch on the main thread";
  const alone = "on the main thread";
  report.add(
    {
      name: `rows written, of ${options.rate} offered a second`,
      // Rows that still wait have not been sustained.
      value: (written * 1000) / elapsedMs,
      unit: "/s",
      goal: { atLeast: GOALS.rowsPerSecond },
      beside: { what: alone, value: bare.rowsPerSecond },
    },
    { name: "rows dropped", value: dropped, unit: "", goal: { atMost: 0 } },
    {
      name: "stall of the main thread, p50",
      value: quantile(stalls, 0.5),
      unit: "ms",
      beside: { what: blocked, value: quantile(bare.batches, 0.5) },
    },
    {
      name: "stall of the main thread, p99",
      value: quantile(stalls, 0.99),
      unit: "ms",
      goal: { atMost: GOALS.stallMs },
      beside: { what: blocked, value: quantile(bare.batches, 0.99) },
    },
    {
      name: "stall of the main thread, longest",
      value: quantile(stalls, 1),
      unit: "ms",
      beside: { what: blocked, value: quantile(bare.batches, 1) },
    },
    {
      name: "write of the journal meanwhile, p50",
      value: quantile(journal, 0.5),
      unit: "ms",
      beside: { what: alone, value: quantile(bare.journal, 0.5) },
    },
    {
      name: "write of the journal meanwhile, p99",
      value: quantile(journal, 0.99),
      unit: "ms",
      goal: { atMost: GOALS.journalMs },
      beside: { what: alone, value: quantile(bare.journal, 0.99) },
    },
    {
      name: "write of the journal meanwhile, longest",
      value: quantile(journal, 1),
      unit: "ms",
      beside: { what: alone, value: quantile(bare.journal, 1) },
    },
    {
      name: "processor time of a row",
      value: cpu / written,
      unit: "µs",
      beside: { what: alone, value: bare.cpuPerRow },
    },
    { name: "database", value: bytes / 1e6, unit: "MB" },
  );
}

const folder = await temporaryFolder("cll-storage-", options.folder || undefined);
const file = join(folder.path, "data.db");
const storage = new Storage({
  file,
  workers: {
    writer: new URL("../../src/storage/worker.ts", import.meta.url),
    queries: new URL("../../src/storage/query-worker.ts", import.meta.url),
  },
  retention: { historyMs: 30 * DAY_MS, metricsMs: 7 * DAY_MS },
  warnBytes: Number.POSITIVE_INFINITY,
  timers: systemTimers,
  logger: createLogger({ level: "error", secrets: [], outputs: [] }),
});
try {
  await storage.start();
  const times = await measure(storage);
  const { telemetry } = storage.status();
  const bytes = statSync(file).size;
  await storage.stop();
  tell(times, telemetry, measureBareSqlite(join(folder.path, "bare.db"), BARE_BATCHES), bytes);
  await report.end();
} finally {
  await storage.stop();
  folder.remove();
}
