import { t } from "elysia";
import type { Span, Step } from "../storage/queries/periods.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** How far charts look back, and the width of one of their points. */
const RANGES = {
  hour: { lengthMs: HOUR_MS, step: "minute" },
  day: { lengthMs: DAY_MS, step: "hour" },
  week: { lengthMs: 7 * DAY_MS, step: "hour" },
  month: { lengthMs: 30 * DAY_MS, step: "day" },
} as const satisfies Record<string, { readonly lengthMs: number; readonly step: Step | "minute" }>;

export type Range = keyof typeof RANGES;

export const RANGE = t.Optional(
  t.Union([t.Literal("hour"), t.Literal("day"), t.Literal("week"), t.Literal("month")], {
    description: "How far to look back; day without it.",
  }),
);

export interface RangeSpan extends Span {
  readonly range: Range;
  readonly step: Step | "minute";
  readonly stepMs: number;
}

const STEP_MS = { minute: 60_000, hour: HOUR_MS, day: DAY_MS } as const;

/** The range that ends with the step under way. */
export function spanOf(range: Range = "day", now: number = Date.now()): RangeSpan {
  const { lengthMs, step } = RANGES[range];
  const stepMs = STEP_MS[step];
  const to = (Math.floor(now / stepMs) + 1) * stepMs;
  const from = to - lengthMs;
  return { range, step, stepMs, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}
