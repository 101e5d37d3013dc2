import { PERIODS } from "../periods.ts";

/** ISO 8601, UTC. Sums are read by whole periods: all that begin before `to`, from the one that holds `from`. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export type Step = (typeof PERIODS)[number]["step"];

/** No chart shows more points; 5000 hours are 200 days. */
export const MAX_POINTS = 5000;

const WHOLE = "2026-01-01T00:00:00.000Z";
const DAY_LENGTH = lengthOf("day");

/** The SQL expression that gives the beginning of a row's period, as ISO 8601. */
export function beginOf(column: string, length: number): string {
  return `substr(${column}, 1, ${length}) || '${WHOLE.slice(length)}'`;
}

/** The beginning of a period, as ISO 8601. */
export function beginOfPeriod(period: string): string {
  return period + WHOLE.slice(period.length);
}

export function lengthOf(step: Step): number {
  return PERIODS.find((period) => period.step === step)?.length ?? WHOLE.length;
}

/** A condition on the periods of one step, with the values of its places. */
export function inSteps(step: Step, { from, to }: Span): { sql: string; values: string[] } {
  return {
    sql: "(step = ? AND period >= ? AND period < ?)",
    values: [step, from.slice(0, lengthOf(step)), firstPeriodAfter(to, lengthOf(step))],
  };
}

/** The same span to the hour with as few rows as may be: whole days in its middle, hours at both ends. */
export function inSpan({ from, to }: Span): { sql: string; values: string[] } {
  const firstWhole = dayAfter(from);
  const lastWhole = to.slice(0, DAY_LENGTH);
  if (firstWhole >= lastWhole) return inSteps("hour", { from, to });
  const parts = [
    inSteps("hour", { from, to: firstWhole }),
    inSteps("day", { from: firstWhole, to: lastWhole }),
    inSteps("hour", { from: lastWhole, to }),
  ];
  return {
    sql: `(${parts.map(({ sql }) => sql).join(" OR ")})`,
    values: parts.flatMap(({ values }) => values),
  };
}

/** A text that sorts behind all periods that begin before `to`, and not behind later ones. */
function firstPeriodAfter(to: string, length: number): string {
  const isBegin = to.length <= length || to.slice(length) === WHOLE.slice(length);
  const period = to.slice(0, length);
  return isBegin ? period : `${period}~`;
}

/** The first day that begins at `time` or after it. */
function dayAfter(time: string): string {
  const day = time.slice(0, DAY_LENGTH);
  if (time.slice(0, WHOLE.length - 1) <= `${day}T00:00:00.000`) return day;
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + 24 * 60 * 60 * 1000)
    .toISOString()
    .slice(0, DAY_LENGTH);
}
