import type { Database } from "bun:sqlite";
import { hoursOf, MAX_POINTS, type Span, type Step, stepOf } from "./hours.ts";
import { type LatencyBucket, type Percentiles, percentiles } from "./percentiles.ts";

/** Ended prompts; those that wait or are worked on are not among them. */
export interface PromptTotals {
  readonly prompts: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Of those that succeeded; null without any. */
  readonly average_ms: number | null;
}

export interface PromptPoint extends PromptTotals, Percentiles {
  /** Beginning of the step. */
  readonly time: string;
}

export interface PromptShare extends PromptTotals {
  readonly operation_type: string;
  /** Empty for prompts that never came to a model. */
  readonly model: string;
}

const TOTALS = `coalesce(sum(prompts), 0) AS prompts,
  coalesce(sum(iif(status = 'succeeded', prompts, 0)), 0) AS succeeded,
  coalesce(sum(iif(status = 'failed', prompts, 0)), 0) AS failed,
  coalesce(sum(iif(status = 'cancelled', prompts, 0)), 0) AS cancelled,
  coalesce(sum(prompt_tokens), 0) AS prompt_tokens, coalesce(sum(completion_tokens), 0) AS completion_tokens,
  sum(iif(status = 'succeeded', duration_ms, 0)) * 1.0 / nullif(sum(iif(status = 'succeeded', prompts, 0)), 0)
    AS average_ms`;
const IN_SPAN = "WHERE hour >= ? AND hour < ?";

const NOTHING: PromptTotals = {
  prompts: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  average_ms: null,
};

/** Counts and latency of a whole span, for example of today. */
export function promptTotals(database: Database, span: Span): PromptTotals & Percentiles {
  const totals = database.query<PromptTotals, [string, string]>(
    `SELECT ${TOTALS} FROM prompt_hours ${IN_SPAN}`,
  );
  const buckets = database.query<LatencyBucket, [string, string]>(
    `SELECT bucket, sum(prompts) AS prompts FROM latency_hours ${IN_SPAN} GROUP BY bucket`,
  );
  return { ...(totals.get(...hoursOf(span)) ?? NOTHING), ...percentiles(buckets.all(...hoursOf(span))) };
}

/** Counts and latency per hour or day; steps in which no prompt ended are left out. */
export function promptSeries(
  database: Database,
  request: Span & { readonly step: "hour" | "day" },
): PromptPoint[] {
  const time = `${stepOf("hour", request.step)} AS time`;
  const points = database
    .query<PromptTotals & { time: string }, [string, string]>(
      `SELECT ${time}, ${TOTALS} FROM prompt_hours ${IN_SPAN} GROUP BY 1 ORDER BY 1 LIMIT ${MAX_POINTS}`,
    )
    .all(...hoursOf(request));
  const buckets = latencyByStep(database, request, request.step);
  return points.map((point) => ({ ...point, ...percentiles(buckets.get(point.time) ?? []) }));
}

/** Which operations and models the prompts of a span went to, most first. */
export function promptShares(database: Database, span: Span): PromptShare[] {
  return database
    .query<PromptShare, [string, string]>(
      `SELECT operation_type, model, ${TOTALS} FROM prompt_hours ${IN_SPAN} GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100`,
    )
    .all(...hoursOf(span));
}

function latencyByStep(database: Database, span: Span, step: Step): Map<string, LatencyBucket[]> {
  const rows = database
    .query<LatencyBucket & { time: string }, [string, string]>(
      `SELECT ${stepOf("hour", step)} AS time, bucket, sum(prompts) AS prompts FROM latency_hours ${IN_SPAN} GROUP BY 1, 2`,
    )
    .all(...hoursOf(span));
  return Map.groupBy(rows, ({ time }) => time);
}
