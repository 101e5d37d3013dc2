import { parseArgs } from "node:util";
import { fuzzTable } from "./fuzz-table.ts";
import type { Progress } from "./run-target.ts";
import type { TargetResult } from "./target.ts";
import { TARGETS } from "./targets.ts";

const MAX_RUNS = 1_000_000;
/** No input takes a second; one after which nothing is heard for so long has got the process to hang. */
const PATIENCE_MS = 60_000;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    seed: { type: "string" },
    only: { type: "string" },
    out: { type: "string", default: "dist/fuzz.json" },
  },
});
const runs = wholeNumber("runs", values.runs, 1, MAX_RUNS);
const seed = wholeNumber("seed", values.seed ?? String(Math.floor(Math.random() * 1e6)), 0, 2 ** 31 - 1);
const names = values.only?.split(",") ?? Object.keys(TARGETS);
const unknown = names.filter((name) => !(name in TARGETS));
if (unknown.length > 0) refuse(`--only knows ${Object.keys(TARGETS).join(", ")}; not ${unknown.join(", ")}`);

const results: TargetResult[] = [];
for (const name of names) {
  process.stderr.write(`  ..  ${name}\n`);
  const result = await fuzz(name);
  results.push(result);
  for (const finding of result.findings)
    print(`${name}: ${finding}\n  Again: scripts/fuzz --only ${name} --seed ${seed} --runs ${runs}`);
}
print(fuzzTable(results));
await Bun.write(values.out, `${JSON.stringify({ seed, runs, targets: results }, null, 2)}\n`);
print(`seed ${seed}, written to ${values.out}`);
process.exit(results.every(({ findings }) => findings.length === 0) ? 0 : 1);

/** In a process of its own, which may crash, hang or eat memory. */
async function fuzz(name: string): Promise<TargetResult> {
  let result: TargetResult | undefined;
  let input = 0;
  let isHung = false;
  const hang = () => {
    isHung = true;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(hang, PATIENCE_MS);
  const child = Bun.spawn(["bun", `${import.meta.dir}/run-target.ts`, name, String(runs), String(seed)], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    ipc(progress: Progress) {
      clearTimeout(timer);
      timer = setTimeout(hang, PATIENCE_MS);
      if ("input" in progress) ({ input } = progress);
      else ({ result } = progress);
    },
  });
  await child.exited;
  clearTimeout(timer);
  if (result) return result;
  const end = isHung ? "hung" : `ended with ${child.signalCode ?? child.exitCode}`;
  const findings = [`the process ${end} at input ${input}`];
  return { name, seed, inputs: input, outcomes: {}, slowestMs: 0, growthMb: 0, findings };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  return refuse(`--${name} must be a whole number from ${least} to ${most}`);
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
