import type { Database } from "bun:sqlite";
import type { InferencePoint } from "./inference-statistics.ts";
import { percentiles } from "./percentiles.ts";
import { beginOfPeriod, type Span } from "./periods.ts";
import type { PromptPoint } from "./prompt-statistics.ts";
import { idRange } from "./time-range.ts";

/*
 * There are no sums per minute: the rows themselves are read, by the index of their time. Meant for the last hour; a
 * longer span is cut to the newest rows.
 */
const MAX_ROWS = 20_000;
const MINUTE_LENGTH = "2026-01-31T23:59".length;
/** A prompt that ended in the span may have begun so long before it, in ms. */
const LONGEST_PROMPT_MS = 10 * 60_000;

interface EndedPrompt {
  readonly minute: string;
  readonly status: string;
  readonly duration_ms: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** Counts and latency per minute; minutes in which no prompt ended are left out. */
export function promptMinutes(database: Database, { from, to }: Span): PromptPoint[] {
  const begin = new Date(Date.parse(from) - LONGEST_PROMPT_MS).toISOString();
  const { above, below } = idRange(database, "processing_history", { from: begin, to });
  const rows = database
    .query<EndedPrompt, (string | number)[]>(
      `SELECT substr(completed_at, 1, ${MINUTE_LENGTH}) AS minute, status, coalesce(duration_ms, 0) AS duration_ms,
         coalesce(prompt_tokens, 0) AS prompt_tokens, coalesce(completion_tokens, 0) AS completion_tokens
       FROM processing_history NOT INDEXED
       WHERE id > ? AND id < ? AND completed_at >= ? AND completed_at < ? ORDER BY id DESC LIMIT ${MAX_ROWS}`,
    )
    .all(above, below, from, to);
  return [...Map.groupBy(rows, ({ minute }) => minute)]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([minute, prompts]) => ({ time: beginOfPeriod(minute), ...pointOf(prompts) }));
}

function pointOf(prompts: readonly EndedPrompt[]): Omit<PromptPoint, "time"> {
  const durations = prompts
    .filter(({ status }) => status === "succeeded")
    .map(({ duration_ms }) => duration_ms);
  const count = (wanted: string) => prompts.filter(({ status }) => status === wanted).length;
  const sum = (column: "prompt_tokens" | "completion_tokens") =>
    prompts.reduce((total, prompt) => total + prompt[column], 0);
  // The same buckets as in latency_sums, so that both ranges tell the same.
  const buckets = durations.map((ms) => ({ bucket: Math.floor(8 * Math.log2(Math.max(1, ms))), prompts: 1 }));
  const total = durations.reduce((all, ms) => all + ms, 0);
  return {
    prompts: prompts.length,
    succeeded: durations.length,
    failed: count("failed"),
    cancelled: count("cancelled"),
    prompt_tokens: sum("prompt_tokens"),
    completion_tokens: sum("completion_tokens"),
    average_ms: durations.length === 0 ? null : total / durations.length,
    ...percentiles(buckets),
  };
}

/** Speeds, tokens and memory per minute and model. */
export function inferenceMinutes(database: Database, { from, to }: Span): InferencePoint[] {
  const { above, below } = idRange(database, "performance_metrics", { from, to });
  const counted = (status: string) => `sum(status = '${status}')`;
  return database
    .query<InferencePoint, number[]>(
      `SELECT substr(created_at, 1, ${MINUTE_LENGTH}) || ':00.000Z' AS time, model,
         ${counted("succeeded")} AS succeeded, ${counted("failed")} AS failed, ${counted("cancelled")} AS cancelled,
         coalesce(sum(prompt_tokens), 0) AS prompt_tokens, coalesce(sum(completion_tokens), 0) AS completion_tokens,
         sum(prompt_tokens) * 1000 / nullif(sum(prompt_ms), 0) AS prompt_tokens_per_second,
         sum(completion_tokens) * 1000 / nullif(sum(generation_ms), 0) AS completion_tokens_per_second,
         avg(queue_ms) AS average_queue_ms, avg(load_ms) AS average_load_ms, avg(ttft_ms) AS average_ttft_ms,
         avg(duration_ms) AS average_ms, max(max(coalesce(vram_before_mb, vram_after_mb), vram_after_mb)) AS vram_max_mb,
         max(gpu_utilization_percent) AS gpu_utilization_max_percent
       FROM performance_metrics NOT INDEXED WHERE id > ? AND id < ?
       GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ${MAX_ROWS}`,
    )
    .all(above, below);
}
