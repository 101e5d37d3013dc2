import { type BenchResult, type Figure, type Goal, isMet, type Machine, type Skipped } from "./figure.ts";
import { shortNumber } from "./statistics.ts";

type Row = readonly string[];

const HEADER: Row = ["figure", "measured", "goal", "", "beside it"];

export function describeMachine({ cores, cpu, load, bun, commit }: Machine): string {
  const loads = [load.before, load.after].map((each) => each.toFixed(1)).join(" to ");
  return `${cores} cores (${cpu}), load ${loads}, Bun ${bun}, commit ${commit}`;
}

/** One benchmark for people. */
export function resultTable({ bench, machine, figures, skipped = [] }: BenchResult): string {
  const rows = [HEADER, ...figures.map(figureRow), ...skipped.map(skippedRow)];
  return `${bench}: ${describeMachine(machine)}\n${aligned(rows)}`;
}

/**
 * All benchmarks in one table.
 * @param earlier an earlier run to compare with
 */
export function summaryTable(results: readonly BenchResult[], earlier: readonly BenchResult[]): string {
  const known = new Map(
    earlier.flatMap(({ bench, figures }) => figures.map((figure) => [`${bench} ${figure.name}`, figure])),
  );
  const rows = results.flatMap(({ bench, figures, skipped = [] }) => [
    ...figures.map((figure) => {
      const before = known.get(`${bench} ${figure.name}`);
      return [bench, ...figureRow(figure), ...(before === undefined ? [] : [change(before, figure)])];
    }),
    ...skipped.map((each) => [bench, ...skippedRow(each)]),
  ]);
  const header = ["benchmark", ...HEADER, ...(earlier.length === 0 ? [] : ["before"])];
  return aligned([
    header,
    ...rows.map((row, index) => (row[0] === rows[index - 1]?.[0] ? ["", ...row.slice(1)] : row)),
  ]);
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

function skippedRow({ name, reason }: Skipped): Row {
  return [name, "SKIPPED", "", "", reason];
}

function change(before: Figure, now: Figure): string {
  const percent = Math.round((now.value / before.value - 1) * 100);
  const sign = percent > 0 ? "+" : "";
  return `${withUnit(before.value, before.unit)}${Number.isFinite(percent) ? ` (${sign}${percent} %)` : ""}`;
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
