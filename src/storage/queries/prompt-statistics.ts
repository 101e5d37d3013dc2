import type { Database } from "bun:sqlite";
import { type LatencyBucket, type Percentiles, percentiles } from "./percentiles.ts";
import { beginOfPeriod, inSpan, inSteps, MAX_POINTS, type Span, type Step } from "./periods.ts";

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
  const { sql, values } = inSpan(span);
  const totals = database.query<PromptTotals, string[]>(`SELECT ${TOTALS} FROM prompt_sums WHERE ${sql}`);
  const buckets = database.query<LatencyBucket, string[]>(
    `SELECT bucket, sum(prompts) AS prompts FROM latency_sums WHERE ${sql} GROUP BY bucket`,
  );
  return { ...(totals.get(...values) ?? NOTHING), ...percentiles(buckets.all(...values)) };
}

/** Counts and latency per hour or day; periods in which no prompt ended are left out. */
export function promptSeries(database: Database, request: Span & { readonly step: Step }): PromptPoint[] {
  const { sql, values } = inSteps(request.step, request);
  const points = database
    .query<PromptTotals & { period: string }, string[]>(
      `SELECT period, ${TOTALS} FROM prompt_sums WHERE ${sql} GROUP BY period ORDER BY period LIMIT ${MAX_POINTS}`,
    )
    .all(...values);
  // Thousands of small rows: the beginning of each period is worked out only once for each point.
  const buckets = database
    .query<LatencyBucket & { period: string }, string[]>(
      `SELECT period, bucket, prompts FROM latency_sums WHERE ${sql} ORDER BY period, bucket`,
    )
    .all(...values);
  const byPeriod = Map.groupBy(buckets, (bucket) => bucket.period);
  return points.map(({ period, ...totals }) => ({
    time: beginOfPeriod(period),
    ...totals,
    ...percentiles(byPeriod.get(period) ?? []),
  }));
}

/** Which operations and models the prompts of a span went to, most first. */
export function promptShares(database: Database, span: Span): PromptShare[] {
  const { sql, values } = inSpan(span);
  return database
    .query<PromptShare, string[]>(
      `SELECT operation_type, model, ${TOTALS} FROM prompt_sums WHERE ${sql} GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100`,
    )
    .all(...values);
}
