import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createLogger } from "../../src/observability/create-logger.ts";
import { Storage } from "../../src/storage/storage.ts";
import type { TelemetryRow } from "../../src/storage/telemetry-row.ts";
import { systemTimers } from "../../src/timers.ts";

const USAGE = "usage: bun scripts/bench/storage.ts [--seconds 10] [--rate 25000] [--folder DIR] [--json]";
const GOALS = { rows_per_second: 20_000, stall_p99_ms: 5, journal_p99_ms: 50 } as const;
const TICK_MS = 2;
const JOURNAL_EVERY_MS = 10;
const DAY_MS = 24 * 60 * 60 * 1000;

interface Result {
  readonly seconds: number;
  readonly rows_written: number;
  readonly rows_dropped: number;
  readonly rows_per_second: number;
  readonly stall_p50_ms: number;
  readonly stall_p99_ms: number;
  readonly stall_max_ms: number;
  readonly journal_writes: number;
  readonly journal_p50_ms: number;
  readonly journal_p99_ms: number;
  readonly journal_max_ms: number;
  readonly database_mb: number;
  /** Of all threads; unlike the other figures it says something on a busy machine too. */
  readonly cpu_us_per_row: number;
}

/** What a busy service records: mostly canvas events, now and then an inference or a sample of the system. */
function sampleRow(index: number): TelemetryRow {
  const created_at = new Date(Date.now()).toISOString();
  if (index % 20 === 0) {
    return {
      table: "performance_metrics",
      row: {
        correlation_id: `c${index}`,
        engine: "text",
        model: "a-model-of-usual-name-Q4_K_M",
        status: "succeeded",
        prompt_tokens: 250,
        completion_tokens: 400,
        duration_ms: 4200,
        created_at,
      } as Extract<TelemetryRow, { table: "performance_metrics" }>["row"],
    };
  }
  return {
    table: "canvas_events",
    row: {
      canvas_id: "2c4ae0b5-6b1f-4a6e-9d58-1f0f6b6f7c11",
      widget_id: `6b1f4a6e-9d58-1f0f-6b6f-${String(index % 100_000).padStart(12, "0")}`,
      widget_type: "Note",
      operation_type: "updated",
      changed_fields: "text,location",
      created_at,
    },
  };
}

async function measure(storage: Storage, seconds: number, rate: number, file: string): Promise<Result> {
  const stalls: number[] = [];
  const writes: number[] = [];
  let recorded = 0;
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const end = begin + seconds * 1000;

  const load = new Promise<void>((resolve) => {
    let expected = performance.now() + TICK_MS;
    const tick = () => {
      const now = performance.now();
      stalls.push(Math.max(0, now - expected));
      const due = Math.floor(((Math.min(now, end) - begin) * rate) / 1000);
      for (; recorded < due; recorded++) storage.telemetry.record(sampleRow(recorded));
      if (now >= end) {
        resolve();
        return;
      }
      // From before the recording: the time that it takes is a stall too.
      expected = now + TICK_MS;
      setTimeout(tick, TICK_MS);
    };
    setTimeout(tick, TICK_MS);
  });

  const journal = (async () => {
    for (let index = 0; performance.now() < end; index++) {
      const id = `prompt-${index}`;
      await timed(writes, () =>
        storage.journal.begin({
          correlation_id: id,
          canvas_id: "canvas",
          widget_id: id,
          operation_type: "note_prompt",
          prompt: "What are the risks of this plan? ".repeat(10),
          content_hash: id,
          status: "pending",
          stage: "queued",
          created_at: new Date().toISOString(),
        }),
      );
      await timed(writes, () =>
        storage.journal.update(id, { status: "succeeded", response: "There are three. ".repeat(40) }),
      );
      await Bun.sleep(JOURNAL_EVERY_MS);
    }
  })();

  await Promise.all([load, journal]);
  const { telemetry } = storage.status();
  // Rows that still wait have not been sustained.
  const elapsed = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: round(elapsed),
    rows_written: telemetry.written,
    rows_dropped: telemetry.dropped,
    rows_per_second: Math.round(telemetry.written / elapsed),
    stall_p50_ms: percentile(stalls, 0.5),
    stall_p99_ms: percentile(stalls, 0.99),
    stall_max_ms: percentile(stalls, 1),
    journal_writes: writes.length,
    journal_p50_ms: percentile(writes, 0.5),
    journal_p99_ms: percentile(writes, 0.99),
    journal_max_ms: percentile(writes, 1),
    database_mb: round(statSync(file).size / 1e6),
    cpu_us_per_row: round((user + system) / telemetry.written),
  };
}

async function timed(times: number[], run: () => Promise<unknown>): Promise<void> {
  const begin = performance.now();
  await run();
  times.push(performance.now() - begin);
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function table(result: Result): string {
  const met = {
    rows_per_second: result.rows_per_second >= GOALS.rows_per_second,
    stall_p99_ms: result.stall_p99_ms <= GOALS.stall_p99_ms,
    journal_p99_ms: result.journal_p99_ms <= GOALS.journal_p99_ms,
  };
  const lines = Object.entries(result).map(([name, value]) => {
    const goal = name in GOALS ? `goal ${GOALS[name as keyof typeof GOALS]}` : "";
    const verdict = name in met ? (met[name as keyof typeof met] ? "met" : "MISSED") : "";
    return `${name.padEnd(20)}${String(value).padStart(12)}  ${goal.padEnd(12)}${verdict}`;
  });
  return `${lines.join("\n")}\n`;
}

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: "string", default: "10" },
      rate: { type: "string", default: "25000" },
      folder: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const folder = mkdtempSync(join(values.folder ?? tmpdir(), "storage-bench-"));
  const file = join(folder, "data.db");
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
    const result = await measure(storage, Number(values.seconds), Number(values.rate), file);
    process.stdout.write(values.json ? `${JSON.stringify({ ...result, goals: GOALS })}\n` : table(result));
    return result.rows_per_second >= GOALS.rows_per_second ? 0 : 1;
  } finally {
    await storage.stop();
    rmSync(folder, { recursive: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
