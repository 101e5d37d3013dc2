import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { privateCopy } from "../chaos-test/private-copy.ts";
import { type StopResult, StopRound } from "./stop-round.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "50" }, seed: { type: "string" } },
});
const rounds = Number(values.rounds);
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(firstSeed)) {
  process.stderr.write("--rounds and --seed must be whole numbers\n");
  process.exit(2);
}

const print = (line: string) => void process.stdout.write(`${line}\n`);
const folder = await mkdtemp(join(tmpdir(), "stops-"));
const executable = await privateCopy(resolve(process.env.CLL_EXECUTABLE ?? "dist/canvuslocallm"), folder);
process.env.CLL_EXECUTABLE = executable;

const results: StopResult[] = [];
for (let index = 0; index < rounds; index += 1) {
  const seed = firstSeed + index;
  const round = new StopRound({ seed, folder: join(folder, String(seed)), executable });
  const result = await round.play();
  results.push(result);
  const { signal, twice, afterMs, tookMs, prompts, violations } = result;
  const verdict = violations.length === 0 ? "ok" : `FAILED: ${violations.join("; ")}`;
  const blow = `${signal}${twice ? " twice" : ""} after ${afterMs} ms, gone in ${tookMs} ms`;
  print(`stop ${index + 1}/${rounds}  seed ${seed}  ${prompts} prompts, ${blow}  ${verdict}`);
  if (violations.length === 0) await rm(join(folder, String(seed)), { recursive: true, force: true });
  else print(`  its data and logs: ${join(folder, String(seed))}`);
}
await rm(dirname(executable), { recursive: true, force: true });

const failed = results.filter(({ violations }) => violations.length > 0);
if (failed.length === 0) await rm(folder, { recursive: true, force: true });
const times = results.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
print(
  JSON.stringify({
    stops: results.length,
    forced: results.filter(({ twice }) => twice).length,
    prompts: results.reduce((sum, { prompts }) => sum + prompts, 0),
    stop_ms_median: times[Math.floor(times.length / 2)],
    stop_ms_max: times.at(-1),
    failed: failed.length,
  }),
);
process.exit(failed.length === 0 ? 0 : 1);
