// Runs the benchmarks one after the other and shows all their figures in one table, with what they should be.
// `bun scripts/bench/all.ts [--json FILE] [--compare FILE] [NAME…]`; `--compare` names the JSON of an earlier run, NAMEs
// choose some of them. Exits with 1 when a goal was missed. Needs the built executable (`bun run build`).
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BenchResult } from "./report/figure.ts";
import { describeMachine, summaryTable } from "./report/table.ts";

const BENCHES = ["model-speed", "overhead", "canvas", "start-up", "idle", "web-auth"];

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  options: { json: { type: "string" }, compare: { type: "string" } },
  allowPositionals: true,
});
const folder = await mkdtemp(join(tmpdir(), "cll-bench-"));
const results: BenchResult[] = [];
try {
  for (const bench of positionals.length > 0 ? positionals : BENCHES) {
    const file = join(folder, `${bench}.json`);
    const child = Bun.spawn([process.execPath, join(import.meta.dir, `${bench}.ts`), "--json", file], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    // 1 without a result is a benchmark that broke; with one it missed a goal, which its table says.
    if ((await child.exited) !== 0) process.exitCode = 1;
    if (await Bun.file(file).exists()) results.push(await Bun.file(file).json());
    else process.stderr.write(`${bench}: broke off without a result\n`);
  }
  const earlier: BenchResult[] = values.compare === undefined ? [] : await Bun.file(values.compare).json();
  const [first] = results;
  const machine = first === undefined ? "" : `${describeMachine(first.machine)}\n`;
  process.stdout.write(`\n${machine}${summaryTable(results, earlier)}`);
  if (values.json !== undefined) await Bun.write(values.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
