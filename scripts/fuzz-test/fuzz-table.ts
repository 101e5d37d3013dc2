import type { TargetResult } from "./target.ts";

const HEADINGS = ["", "inputs", "slowest", "memory", "", "what became of them"];
const MOST_OUTCOMES = 12;

/** The results of all targets, for people. */
export function fuzzTable(results: readonly TargetResult[]): string {
  const rows = results.map(({ name, inputs, slowestMs, growthMb, findings, outcomes }) => [
    name,
    String(inputs),
    `${slowestMs} ms`,
    `+${growthMb} MB`,
    findings.length === 0 ? "ok" : "FAILED",
    listed(outcomes),
  ]);
  const widths = HEADINGS.map((heading, at) =>
    Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd();
  return ["", line(HEADINGS), ...rows.map(line), ""].join("\n");
}

function listed(outcomes: TargetResult["outcomes"]): string {
  const sorted = Object.entries(outcomes).toSorted(([, one], [, other]) => other - one);
  const shown = sorted.slice(0, MOST_OUTCOMES).map(([outcome, count]) => `${count} ${outcome}`);
  return [...shown, ...(sorted.length > MOST_OUTCOMES ? ["…"] : [])].join(", ");
}
