// What a service takes that has nothing to do: one canvas, the demo model loaded, the dashboard open to nobody.
// `bun scripts/bench/idle.ts [--seconds 60] [--json FILE]`; exits with 1 when the service itself, without its model process,
// takes more than 120 MB or 0.5 % of a processor. Linux only.
import { readFile } from "node:fs/promises";
import { Harness } from "../../src/e2e/harness.ts";
import { beginBench } from "./report/report.ts";

const MEMORY_LIMIT_MB = 120;
const PROCESSOR_LIMIT_PERCENT = 0.5;
/** Compilers and collectors of the runtime are busy for a while after the start. */
const SETTLE_MS = 10_000;

const { report, options } = beginBench({ seconds: 60 });

/** Of all its threads so far, in ms; the kernel counts what it shows here in ticks of 10 ms. */
async function processorMs(pid: number): Promise<number> {
  const [, fields = ""] = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ");
  const [user, system] = fields.split(" ").slice(11, 13).map(Number);
  return ((user ?? 0) + (system ?? 0)) * 10;
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round((Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6);
}

async function measure(pid: number, ms: number): Promise<{ resident_mb: number; processor_percent: number }> {
  const before = await processorMs(pid);
  const began = performance.now();
  await Bun.sleep(ms);
  const share = ((await processorMs(pid)) - before) / (performance.now() - began);
  return { resident_mb: await residentMb(pid), processor_percent: Number((share * 100).toFixed(2)) };
}

const harness = await Harness.start();
try {
  const service = await harness.runReady();
  const [runner = service.pid] = await service.children();
  await Bun.sleep(SETTLE_MS);
  const ms = options.seconds * 1000;
  const [own, model] = await Promise.all([measure(service.pid, ms), measure(runner, ms)]);
  report.add(
    {
      name: "memory",
      value: own.resident_mb,
      unit: "MB",
      goal: { atMost: MEMORY_LIMIT_MB },
      beside: { what: "its model process", value: model.resident_mb },
    },
    {
      name: "share of a processor",
      value: own.processor_percent,
      unit: "%",
      goal: { atMost: PROCESSOR_LIMIT_PERCENT },
      beside: { what: "its model process", value: model.processor_percent },
    },
  );
  await report.end();
} finally {
  await harness.close();
}
