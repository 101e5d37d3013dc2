// What a log entry costs: time of a call and throughput, beside pino's with the same fields and redaction.
// `bun scripts/bench/logging.ts [--rounds 30] [--json FILE]`; exits with 1 when p99 is above 50 µs or pino is faster.
import { join } from "node:path";
import pino from "pino";
import { temporaryFolder } from "../../src/e2e/at-exit.ts";
import { withCorrelation } from "../../src/observability/correlation.ts";
import { LogFile } from "../../src/observability/log-file.ts";
import { CORRELATION, ENTRIES, type Entry, ours, pinos, type Subject } from "./logging/subjects.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";

const P99_LIMIT_US = 50;
const CALLS = 1000;

const { report, options } = beginBench({ rounds: 30 });

/** @returns entries a second */
function throughput({ log }: Subject, entries: readonly Entry[]): number {
  const begun = performance.now();
  for (let i = 0; i < CALLS; i++) {
    const { message, fields } = entries[i % entries.length] ?? { message: "", fields: {} };
    log(message, fields);
  }
  return (CALLS / (performance.now() - begun)) * 1000;
}

/** @returns µs */
function latencies({ log }: Subject, entries: readonly Entry[]): { p50: number; p99: number } {
  const samples: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const { message, fields } = entries[i % entries.length] ?? { message: "", fields: {} };
    const begun = Bun.nanoseconds();
    log(message, fields);
    samples.push((Bun.nanoseconds() - begun) / 1000);
  }
  return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}

class Best {
  perSecond = 0;
  p50 = Number.POSITIVE_INFINITY;
  p99 = Number.POSITIVE_INFINITY;

  add(subject: Subject, entries: readonly Entry[]): void {
    this.perSecond = Math.max(this.perSecond, throughput(subject, entries));
    const { p50, p99 } = latencies(subject, entries);
    this.p50 = Math.min(this.p50, p50);
    this.p99 = Math.min(this.p99, p99);
  }
}

/**
 * Short alternating rounds, of which the quietest counts: what other programs take away is no cost of an entry.
 * @returns how many times as fast as pino
 */
async function compare(
  name: string,
  entries: readonly Entry[],
  own: Subject,
  other: Subject,
): Promise<number> {
  const [best, pinosBest] = [new Best(), new Best()];
  for (let round = 0; round < options.rounds; round++) {
    best.add(own, entries);
    pinosBest.add(other, entries);
    Bun.gc(true);
    // Files get the time to write what was taken.
    await Bun.sleep(20);
  }
  report.add(
    {
      name: `${name}: entries`,
      value: best.perSecond,
      unit: "/s",
      beside: { what: "pino", value: pinosBest.perSecond },
    },
    {
      name: `${name}: a call, p50`,
      value: best.p50,
      unit: "µs",
      beside: { what: "pino", value: pinosBest.p50 },
    },
    {
      name: `${name}: a call, p99`,
      value: best.p99,
      unit: "µs",
      goal: { atMost: P99_LIMIT_US },
      beside: { what: "pino", value: pinosBest.p99 },
    },
  );
  return best.perSecond / pinosBest.perSecond;
}

/** With the disk: both write asynchronously; what counts here is what a call costs the service. */
async function toFiles(folder: string): Promise<void> {
  const file = new LogFile({
    directory: folder,
    maxFileBytes: 1024 ** 3,
    onTrouble: (error) => process.stderr.write(`${error.message}\n`),
    onRecovered: () => undefined,
  });
  const destination = pino.destination({ dest: join(folder, "pino.log"), sync: false });
  const own = ours((text) => file.write(text));
  await compare("all, to a file", ENTRIES, own, pinos(destination));
  await file.close();
  destination.end();
}

const folder = await temporaryFolder("cll-bench-");
try {
  await withCorrelation(CORRELATION, async () => {
    const sink = () => undefined;
    const [own, other] = [ours(sink), pinos({ write: sink })];
    for (const one of ENTRIES) await compare(one.name, [one], own, other);
    const ratio = await compare("all", ENTRIES, own, other);
    report.add({ name: "all: entries ÷ pino's", value: ratio, unit: "×", goal: { atLeast: 1 } });
    await toFiles(folder.path);
  });
  await report.end();
} finally {
  folder.remove();
}
