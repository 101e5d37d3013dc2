// What measuring an inference costs: the demo model asked with and without recording, in turns in the same run.
// Recording is all of it: GPU samples from a library with NVML's ABI where there is cc, log entry, database row.
// `bun scripts/bench/inference-metrics.ts [--pairs 400] [--json FILE]`; exits with 1 when it costs more than 2 %.
import { join } from "node:path";
import { atExit } from "../../src/e2e/at-exit.ts";
import { canBuildFakeNvml, FakeNvml } from "../../src/native/testing/build-fake-nvml.ts";
import { beginBench } from "./report/report.ts";
import { quantile } from "./report/statistics.ts";
import type { RecordingTimes } from "./telemetry/measure-recording.ts";

const LIMIT_PERCENT = 2;

const { report, options } = beginBench({ pairs: 400 });

async function measure(libraries: Record<string, string>): Promise<RecordingTimes> {
  const script = join(import.meta.dir, "telemetry/measure-recording.ts");
  const child = Bun.spawn([process.execPath, script, `${options.pairs}`], {
    env: { ...process.env, ...libraries },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const forget = atExit(() => child.kill());
  const text = await new Response(child.stdout).text();
  const code = await child.exited;
  forget();
  if (code !== 0) throw new Error(`measuring failed: exit code ${code}`);
  return JSON.parse(text);
}

const fake = canBuildFakeNvml ? new FakeNvml() : null;
if (fake !== null) atExit(() => fake.remove());
const { plain, recorded, gpus } = await measure(fake === null ? {} : { LD_LIBRARY_PATH: fake.folder });
const differences = plain.map((each, index) => (recorded[index] ?? each) - each);
const median = quantile(plain, 0.5);
report.add(
  {
    name: "an answer with recording, p50",
    value: quantile(recorded, 0.5),
    unit: "ms",
    beside: { what: "without", value: median },
  },
  {
    name: "what recording adds, p50",
    value: (quantile(differences, 0.5) / median) * 100,
    unit: "%",
    goal: { atMost: LIMIT_PERCENT },
    beside: { what: "in time", value: quantile(differences, 0.5), unit: "ms" },
  },
  { name: "GPUs that were asked for their memory", value: gpus, unit: "" },
);
if (fake === null)
  report.skip("samples of GPUs", "there is no cc to build a library with NVML's ABI with (apt install gcc)");
await report.end();
