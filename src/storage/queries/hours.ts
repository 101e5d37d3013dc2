/** The length of a time step of a chart. Sums are kept per hour, so only samples come in minutes. */
export type Step = "minute" | "hour" | "day";

/** `from` and `to` in ISO 8601; sums are per hour, so both are rounded down to the hour there. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

const PREFIX: Readonly<Record<Step, number>> = {
  day: "2026-01-31".length,
  hour: "2026-01-31T23".length,
  minute: "2026-01-31T23:59".length,
};
const WHOLE = "2026-01-01T00:00:00.000Z";

/** No chart shows more points; 5000 hours are 200 days. */
export const MAX_POINTS = 5000;

/** The SQL expression that gives the beginning of a row's step, as ISO 8601. */
export function stepOf(column: string, step: Step): string {
  const length = PREFIX[step];
  return `substr(${column}, 1, ${length}) || '${WHOLE.slice(length)}'`;
}

/** The values for `hour >= ? AND hour < ?`. */
export function hoursOf({ from, to }: Span): [string, string] {
  return [from.slice(0, PREFIX.hour), to.slice(0, PREFIX.hour)];
}
