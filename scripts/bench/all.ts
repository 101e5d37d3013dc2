// Runs the benchmarks one after the other and shows all their figures in one table, with what they should be; about a
// quarter of an hour. `bun scripts/bench/all.ts [--json FILE] [--compare FILE] [NAME…]`; `--compare` names the JSON of an
// earlier run, NAMEs choose some of them. Exits with 1 when a goal was missed. Needs the built executable (`bun run build`).
import { join } from "node:path";
import { parseArgs } from "node:util";
import { atExit, temporaryFolder } from "../../src/e2e/at-exit.ts";
import { HISTORY_OPTIONS, largeHistory } from "./history/large-history.ts";
import type { BenchResult } from "./report/figure.ts";
import { describeMachine, summaryTable } from "./report/table.ts";

const BENCHES = [
  "model-speed",
  "overhead",
  "canvas",
  "logging",
  "storage",
  "queries",
  "dashboard",
  "web-auth",
  "inference-metrics",
  "pdf-text",
  "start-up",
  "idle",
] as const;
/** With a larger model the comparison alone would take longer than all others. */
const MODEL_OPTIONS = ["--parameters", "100e6"];
/** They share one history, which takes a minute to make. */
const ON_HISTORY = ["queries", "dashboard"];

interface Wish {
  readonly names: readonly string[];
  readonly json: string | undefined;
  /** An earlier run; empty when there is nothing to compare with. */
  readonly earlier: readonly BenchResult[];
}

/** @throws Error with words for whoever typed it. */
async function readWish(args: string[]): Promise<Wish> {
  const { values, positionals } = parseArgs({
    args,
    options: { json: { type: "string" }, compare: { type: "string" } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench === name));
  if (unknown.length > 0) throw new Error(`there is no benchmark ${unknown.join(", ")}`);
  const earlier = values.compare === undefined ? [] : await readResults(values.compare);
  return { names: positionals.length > 0 ? positionals : BENCHES, json: values.json, earlier };
}

/** Of this program or of one benchmark. */
async function readResults(file: string): Promise<BenchResult[]> {
  try {
    const results: BenchResult[] = [await Bun.file(file).json()].flat();
    if (results.every(({ bench, figures }) => typeof bench === "string" && Array.isArray(figures)))
      return results;
  } catch {
    // Said below.
  }
  throw new Error(`${file} is no JSON of an earlier run`);
}

/** @returns null when it broke off. */
async function runBench(name: string, folder: string, args: readonly string[]): Promise<BenchResult | null> {
  const file = join(folder, `${name}.json`);
  const script = join(import.meta.dir, `${name}.ts`);
  const child = Bun.spawn([process.execPath, script, "--json", file, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const forget = atExit(() => child.kill());
  const code = await child.exited;
  forget();
  // 1 without a result is a benchmark that broke; with one it missed a goal, which its table says.
  if (code !== 0) process.exitCode = 1;
  if (await Bun.file(file).exists()) return Bun.file(file).json();
  process.stderr.write(`${name}: broke off without a result\n`);
  return null;
}

async function runAll({ names, json, earlier }: Wish): Promise<void> {
  const began = performance.now();
  const minutes = () => `${((performance.now() - began) / 60_000).toFixed(1)} min`;
  const folder = await temporaryFolder("cll-bench-");
  const history = names.some((name) => ON_HISTORY.includes(name))
    ? await largeHistory(HISTORY_OPTIONS)
    : null;
  const results: BenchResult[] = [];
  const optionsOf = (name: string): readonly string[] => {
    if (name === "model-speed") return MODEL_OPTIONS;
    return history !== null && ON_HISTORY.includes(name) ? ["--history", history.path] : [];
  };
  for (const [index, name] of names.entries()) {
    process.stderr.write(`\n${index + 1} of ${names.length}, after ${minutes()}: ${name}\n`);
    const result = await runBench(name, folder.path, optionsOf(name));
    if (result !== null) results.push(result);
  }
  history?.remove();
  folder.remove();
  for (const [which, runs] of [
    ["before", earlier],
    ["now", results],
  ] as const) {
    const [first, last] = [runs[0], runs.at(-1)];
    if (!first || !last) continue;
    const load = { before: first.machine.load.before, after: last.machine.load.after };
    process.stdout.write(`\n${which}: ${describeMachine({ ...first.machine, load })}`);
  }
  process.stdout.write(`\n${summaryTable(results, earlier)}${minutes()} in all\n`);
  if (json !== undefined) await Bun.write(json, `${JSON.stringify(results, null, 2)}\n`);
}

async function wishOrUsage(args: string[]): Promise<Wish> {
  try {
    return await readWish(args);
  } catch (error) {
    process.stderr.write(
      `${error instanceof Error ? error.message : error}
usage: bun scripts/bench/all.ts [--json FILE] [--compare FILE] [NAME…]
NAMEs: ${BENCHES.join(", ")}
`,
    );
    process.exit(2);
  }
}

await runAll(await wishOrUsage(process.argv.slice(2)));
