import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { SmallDisk } from "../../src/storage/testing/small-disk.ts";
import { privateCopy } from "./private-copy.ts";
import { resultTable } from "./result-table.ts";
import { Round, type RoundResult } from "./round.ts";
import { buildShiftedClock } from "./shifted-clock.ts";

const MAX_ROUNDS = 10_000;
const MAX_MINUTES = 24 * 60;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "50" },
    minutes: { type: "string", default: String(MAX_MINUTES) },
    seed: { type: "string" },
    keep: { type: "boolean", default: false },
    out: { type: "string", default: "dist/chaos.json" },
  },
});
const rounds = wholeNumber("rounds", values.rounds, 1, MAX_ROUNDS);
const minutes = wholeNumber("minutes", values.minutes, 1, MAX_MINUTES);
const firstSeed = wholeNumber("seed", values.seed ?? String(Math.floor(Math.random() * 1e6)), 0, 2 ** 31);

const folder = await mkdtemp(join(tmpdir(), "chaos-"));
const executable = await privateCopy(resolve(process.env.CLL_EXECUTABLE ?? "dist/canvuslocallm"), folder);
process.env.CLL_EXECUTABLE = executable;
const clock = buildShiftedClock(folder);
if ("missing" in clock) skip("clock jumps", clock.missing);
if (!SmallDisk.available) skip("full disks", "root is needed, to mount a small one (tmpfs)");

const results: RoundResult[] = [];
const interruption = Promise.withResolvers<null>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => interruption.resolve(null));
}
let interrupted = false;

const began = performance.now();
const isOver = () => interrupted || performance.now() - began > minutes * 60_000;
for (let index = 0; index < rounds && !isOver(); index += 1) {
  const seed = firstSeed + index;
  const roundFolder = join(folder, `round-${seed}`);
  await mkdir(roundFolder);
  const clockLibrary = "library" in clock ? clock.library : null;
  const round = new Round({ seed, folder: roundFolder, executable, clockLibrary });
  const result = await Promise.race([round.play(), interruption.promise]);
  if (result === null) {
    // A round that is cut off says nothing.
    interrupted = true;
    await round.end();
    break;
  }
  results.push(result);
  print(progress(index + 1, result));
  if (result.violations.length === 0 && !values.keep) await rm(roundFolder, { recursive: true, force: true });
}

const failed = results.filter((result) => result.violations.length > 0);
const summary = resultTable(results, Math.round(performance.now() - began));
print(summary.table);
await Bun.write(values.out, `${JSON.stringify({ seed: firstSeed, ...summary.json }, null, 2)}\n`);
print(`written to ${values.out}`);
for (const { seed } of failed) {
  print(
    `Seed ${seed} failed. Logs: ${join(folder, `round-${seed}`)}. Again: scripts/chaos --rounds 1 --seed ${seed}`,
  );
}
if (failed.length === 0 && !values.keep) await rm(folder, { recursive: true, force: true });
else await rm(dirname(executable), { recursive: true, force: true });
process.exit(interrupted ? 130 : failed.length > 0 ? 1 : 0);

function progress(number: number, { seed, blows, asked, durationMs, violations }: RoundResult): string {
  const verdict = violations.length === 0 ? "ok" : `FAILED: ${violations.join("; ")}`;
  const seconds = (durationMs / 1000).toFixed(1);
  return `round ${number}/${rounds}  seed ${seed}  ${asked.length} prompts, struck: ${blows.join(", ")}  ${seconds} s  ${verdict}`;
}

function skip(what: string, why: string): void {
  process.stderr.write(`  !!  SKIPPED: ${what}: ${why}\n`);
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(`--${name} must be a whole number from ${least} to ${most}\n`);
  process.exit(2);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
