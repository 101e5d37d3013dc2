import { cpus, loadavg } from "node:os";
import { basename } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { type BenchResult, type Figure, isMet, type Machine, type Skipped } from "./figure.ts";
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
  readonly #skipped: Skipped[] = [];

  constructor(bench: string, jsonFile: string | undefined) {
    this.#bench = bench;
    this.#jsonFile = jsonFile;
  }

  add(...figures: readonly Figure[]): void {
    this.#figures.push(...figures);
  }

  /** Says that something cannot be measured here, and why; that is no failure. */
  skip(name: string, reason: string): void {
    this.#skipped.push({ name, reason });
  }

  async end(): Promise<void> {
    const machine = thisMachine(this.#loadBefore);
    const result: BenchResult = {
      ...{ bench: this.#bench, machine, figures: this.#figures },
      ...(this.#skipped.length === 0 ? {} : { skipped: this.#skipped }),
    };
    process.stdout.write(resultTable(result));
    if (this.#jsonFile !== undefined) await Bun.write(this.#jsonFile, `${JSON.stringify(result, null, 2)}\n`);
    if (this.#figures.some((figure) => isMet(figure) === false)) process.exitCode = 1;
  }
}

type Defaults = Readonly<Record<string, number | string>>;
type Options<Given extends Defaults> = {
  readonly [Name in keyof Given]: Given[Name] extends number ? number : string;
};

/**
 * Begins a benchmark named like the file that runs it.
 * @param defaults its options, with what they are without being given; `--json FILE` comes in addition.
 */
export function beginBench<Given extends Defaults>(
  defaults: Given,
): { readonly report: Report; readonly options: Options<Given> } {
  const bench = basename(Bun.main, ".ts");
  const known: NonNullable<ParseArgsConfig["options"]> = { json: { type: "string" } };
  for (const name of Object.keys(defaults)) known[name] = { type: "string" };
  try {
    const { values } = parseArgs({ args: process.argv.slice(2), options: known });
    const options = Object.entries(defaults).map(([name, fallback]) => [
      name,
      optionValue(name, values[name], fallback),
    ]);
    const json = typeof values.json === "string" ? values.json : undefined;
    return { report: new Report(bench, json), options: Object.fromEntries(options) };
  } catch (error) {
    const usage = Object.entries(defaults).map(([name, fallback]) => ` [--${name} ${fallback || "…"}]`);
    process.stderr.write(
      `${error instanceof Error ? error.message : error}\nusage: bun scripts/bench/${bench}.ts [--json FILE]${usage.join("")}\n`,
    );
    process.exit(2);
  }
}

function optionValue(name: string, given: unknown, fallback: number | string): number | string {
  if (typeof given !== "string") return fallback;
  if (typeof fallback === "string") return given;
  const value = Number(given);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} takes a number`);
  return value;
}

function thisMachine(loadBefore: number): Machine {
  const command = ["git", "rev-parse", "--short=12", "HEAD"];
  const git = Bun.which("git") === null ? null : Bun.spawnSync(command, { cwd: import.meta.dir });
  return {
    time: new Date().toISOString(),
    commit: git?.success ? git.stdout.toString().trim() : "unknown",
    bun: Bun.version,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    load: { before: loadBefore, after: load() },
  };
}

function load(): number {
  return loadavg()[0] ?? 0;
}
