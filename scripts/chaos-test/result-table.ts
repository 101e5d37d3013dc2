import { BLOWS } from "./killer.ts";
import { KINDS } from "./prompts.ts";
import type { RoundResult } from "./round.ts";

/** The figures of all rounds, for people and for programs. */
export function resultTable(results: readonly RoundResult[], durationMs: number) {
  const asked = results.flatMap((result) => result.asked);
  const rows = results.flatMap((result) => result.rows);
  const blows = results.flatMap((result) => result.blows);
  const counts = <Name extends string>(names: readonly Name[], of: readonly Name[]) =>
    Object.fromEntries(names.map((name) => [name, of.filter((each) => each === name).length]));
  const figures = {
    rounds: results.length,
    clean: results.filter(({ violations }) => violations.length === 0).length,
    prompts: asked.length,
    deleted_again: asked.filter(({ deleted }) => deleted).length,
    ...counts(
      ["succeeded", "failed", "cancelled"],
      rows.map(({ status }) => status),
    ),
    duration_ms: durationMs,
  };
  const asks = counts(
    KINDS,
    asked.map(({ kind }) => kind),
  );
  const struck = counts(BLOWS, blows);
  const failures = results.flatMap(({ seed, violations }) =>
    violations.map((violation) => ({ seed, violation })),
  );
  const section = (heading: string, values: Record<string, number>) => [
    "",
    ...Object.entries(values).map(
      ([name, value]) => `  ${(heading + name).padEnd(32)}${String(value).padStart(8)}`,
    ),
  ];
  const table = [...section("", figures), ...section("asked: ", asks), ...section("blow: ", struck), ""];
  return { table: table.join("\n"), json: { ...figures, asks, blows: struck, failures } };
}
