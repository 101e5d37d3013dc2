import { BLOWS } from "./killer.ts";
import type { RoundResult } from "./round.ts";

/** The figures of all rounds, for people and for programs. */
export function resultTable(results: readonly RoundResult[], durationMs: number) {
  const sum = (value: (result: RoundResult) => number) =>
    results.reduce((total, result) => total + value(result), 0);
  const kills = Object.fromEntries(
    BLOWS.map((blow) => [blow, sum(({ blows }) => blows.filter((each) => each === blow).length)]),
  );
  const figures = {
    rounds: results.length,
    clean: results.filter(({ violations }) => violations.length === 0).length,
    prompts: sum(({ prompts }) => prompts),
    regretted: sum(({ regretted }) => regretted),
    succeeded: sum(({ succeeded }) => succeeded),
    cancelled: sum(({ cancelled }) => cancelled),
    kills,
    duration_ms: durationMs,
  };
  const { kills: _, ...totals } = figures;
  const lines = [
    ...Object.entries(totals),
    ...Object.entries(kills).map(([blow, n]) => [`kill: ${blow}`, n]),
  ];
  const table = [
    "",
    ...lines.map(([name, value]) => `  ${String(name).padEnd(28)}${String(value).padStart(8)}`),
    "",
  ];
  return { figures, table: table.join("\n") };
}
