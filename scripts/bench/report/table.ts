import { type BenchResult, type Figure, type Goal, isMet, type Machine } from "./figure.ts";
import { shortNumber } from "./statistics.ts";

type Row = readonly string[];

const HEADER: Row = ["figure", "measured", "goal", "", "beside it"];

export function describeMachine({ cores, cpu, load, bun, commit }: Machine): string {
  const loads = [load.before, load.after].map((each) => each.toFixed(1)).join(" to ");
  return `${cores} cores (${cpu}), load ${loads}, Bun ${bun}, commit ${commit}`;
}

/** One benchmark for people. */
export function resultTable({ bench, machine, figures }: BenchResult): string {
  return `${bench}: ${describeMachine(machine)}\n${aligned([HEADER, ...figures.map(figureRow)])}`;
}

/**
 * All benchmarks in one table.
 * @param earlier an earlier run to compare with
 */
export function summaryTable(results: readonly BenchResult[], earlier: readonly BenchResult[]): string {
  const known = new Map(
    earlier.flatMap(({ bench, figures }) => figures.map((figure) => [`${bench} ${figure.name}`, figure])),
  );
  const rows = results.flatMap(({ bench, figures }) =>
    figures.map((figure, index) => {
      const before = known.get(`${bench} ${figure.name}`);
      const was = before === undefined ? [] : [`was ${withUnit(before.value, before.unit)}`];
      return [index === 0 ? bench : "", ...figureRow(figure), ...was];
    }),
  );
  return aligned([["benchmark", ...HEADER], ...rows]);
}

function figureRow(figure: Figure): Row {
  const { name, value, unit, goal, beside } = figure;
  const verdict = isMet(figure);
  return [
    name,
    withUnit(value, unit),
    goal === undefined ? "" : describeGoal(goal, unit),
    verdict === null ? "" : verdict ? "ok" : "MISSED",
    beside === undefined ? "" : `${beside.what}: ${withUnit(beside.value, beside.unit ?? unit)}`,
  ];
}

function describeGoal(goal: Goal, unit: string): string {
  return "atMost" in goal ? `≤ ${withUnit(goal.atMost, unit)}` : `≥ ${withUnit(goal.atLeast, unit)}`;
}

function withUnit(value: number, unit: string): string {
  return unit === "" ? shortNumber(value) : `${shortNumber(value)} ${unit}`;
}

function aligned(rows: readonly Row[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: Row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}
