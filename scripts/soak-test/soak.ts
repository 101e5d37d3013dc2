import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Execution, LogLine } from "../../src/e2e/executable.ts";
import { Harness, TOKEN } from "../../src/e2e/harness.ts";
import { KEPT_LOG_FILES } from "../../src/observability/log-file.ts";
import { beginBench } from "../bench/report/report.ts";
import { Random } from "../chaos-test/random.ts";
import { Load } from "./load.ts";
import { type Sample, Sampler } from "./sampler.ts";
import { soakFigures } from "./soak-figures.ts";

/** Small, so that files are begun anew and removed many times. */
const LOG_FILE_BYTES = 1_000_000;
const TICK_MS = 100;
const SAMPLE_MS = 5000;
/** Of the samples: once a minute. */
const TELL_EVERY = 12;
const TIDY_MS = 500;
/** For what is still open in the end. */
const PATIENCE_MS = 120_000;

const { report, options } = beginBench({ minutes: 120, rate: 10, seed: 1 });
const { json } = parseArgs({ options: { json: { type: "string" } }, strict: false }).values;

const harness = await Harness.start();
try {
  const service = await harness.runReady({ CANVUSLLM_LOG_FILE_SIZE: String(LOG_FILE_BYTES) });
  const load = new Load({ url: harness.url, token: TOKEN }, harness.canvas, new Random(options.seed));
  await load.prepare();
  const sampler = new Sampler(service.pid, join(harness.folder, "data"));
  const errors = await soak(service, load, sampler);
  const exitCode = await service.stop();
  report.add(
    ...soakFigures({
      samples: sampler.samples,
      asked: load.asked,
      ends: load.ends,
      heldBack: load.heldBack,
      open: load.open,
      errors,
      exitCode,
      minutes: options.minutes,
      maxLogMb: ((KEPT_LOG_FILES + 1) * LOG_FILE_BYTES * 1.1) / 1e6,
    }),
  );
  await report.end();
  if (typeof json === "string")
    await Bun.write(`${json}.samples.json`, `${JSON.stringify(sampler.samples, null, 1)}\n`);
} finally {
  await harness.close();
}

/** @returns how many errors were logged */
async function soak(service: Execution, load: Load, sampler: Sampler): Promise<number> {
  let errors = 0;
  const tidy = async () => {
    // Taken out, or hours of log would fill the memory of this program.
    const log = service.log.splice(0);
    service.stderr.splice(0);
    errors += log.filter(({ level }: LogLine) => level === "error").length;
    await load.tidy(log);
  };
  const began = performance.now();
  const end = began + options.minutes * 60_000;
  let [sampledAt, tidiedAt, wanted] = [0, 0, 0];
  for (let now = began; now < end; now = performance.now()) {
    for (const due = ((now - began) / 1000) * options.rate; wanted < due; wanted += 1) await load.ask();
    if (now - tidiedAt >= TIDY_MS) {
      tidiedAt = now;
      await tidy();
    }
    if (now - sampledAt >= SAMPLE_MS) {
      sampledAt = now;
      const sample = await sampler.take();
      if (sampler.samples.length % TELL_EVERY === 1) tell(sample, load);
    }
    await Bun.sleep(TICK_MS);
  }
  for (const since = performance.now(); load.open > 0 && performance.now() - since < PATIENCE_MS; ) {
    await Bun.sleep(TIDY_MS);
    await tidy();
  }
  return errors;
}

/** Somebody may be watching. */
function tell({ hours, serviceMb, helpersMb, openFiles, logMb, databaseMb }: Sample, load: Load): void {
  const took = `service ${serviceMb.toFixed(1)} MB, helpers ${helpersMb.toFixed(0)} MB, ${openFiles} files`;
  const disk = `log ${logMb.toFixed(1)} MB, database ${databaseMb.toFixed(1)} MB`;
  process.stderr.write(
    `${(hours * 60).toFixed(0)} min: ${load.asked} asked, ${load.open} open; ${took}; ${disk}\n`,
  );
}
