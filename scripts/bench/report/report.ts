import { cpus, loadavg } from "node:os";
import { basename } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { type BenchResult, type Figure, isMet, type Machine } from "./figure.ts";
import { resultTable } from "./table.ts";

/**
 * The outcome of one benchmark: a table on stdout, the same as JSON in a file with `--json FILE`, and exit code 1 when
 * a goal was missed.
 */
export class Report {
  readonly #bench: string;
  readonly #jsonFile: string | undefined;
  readonly #loadBefore = load();
  readonly #figures: Figure[] = [];

  constructor(bench: string, jsonFile: string | undefined) {
    this.#bench = bench;
    this.#jsonFile = jsonFile;
  }

  add(...figures: readonly Figure[]): void {
    this.#figures.push(...figures);
  }

  async end(): Promise<void> {
    const machine = thisMachine(this.#loadBefore);
    const result: BenchResult = { bench: this.#bench, machine, figures: this.#figures };
    process.stdout.write(resultTable(result));
    if (this.#jsonFile !== undefined)
      await Bun.write(this.#jsonFile, `${JSON.stringify(result, null, 2)}\n`);
    if (this.#figures.some((figure) => isMet(figure) === false)) process.exitCode = 1;
  }
}

/**
 * Begins a benchmark named like the file that runs it. All have `--json FILE`; the other options are numbers, with
 * what they are without being given.
 */
export function beginBench<Name extends string = never>(
  numbers: Readonly<Record<Name, number>>,
): { readonly report: Report; readonly options: Readonly<Record<Name, number>> } {
  const bench = basename(Bun.main, ".ts");
  const names = Object.keys(numbers) as Name[];
  const options: NonNullable<ParseArgsConfig["options"]> = { json: { type: "string" } };
  for (const name of names) options[name] = { type: "string" };
  try {
    const { values } = parseArgs({ args: process.argv.slice(2), options });
    const given = names.map((name) => [name, numberOf(values[name], numbers[name], name)]);
    const json = typeof values.json === "string" ? values.json : undefined;
    return { report: new Report(bench, json), options: Object.fromEntries(given) };
  } catch (error) {
    const usage = names.map((name) => ` [--${name} ${numbers[name]}]`).join("");
    process.stderr.write(
      `${error instanceof Error ? error.message : error}\nusage: bun scripts/bench/${bench}.ts [--json FILE]${usage}\n`,
    );
    process.exit(2);
  }
}

function numberOf(given: unknown, fallback: number, name: string): number {
  const value = given === undefined ? fallback : Number(given);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} takes a number`);
  return value;
}

function thisMachine(loadBefore: number): Machine {
  const git = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { cwd: import.meta.dir });
  return {
    time: new Date().toISOString(),
    commit: git.success ? git.stdout.toString().trim() : "unknown",
    bun: Bun.version,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    load: { before: loadBefore, after: load() },
  };
}

function load(): number {
  return loadavg()[0] ?? 0;
}
