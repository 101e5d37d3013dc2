import type { Database } from "bun:sqlite";
import { beginOf, inSteps, lengthOf, MAX_POINTS, type Span, type Step } from "./periods.ts";

/** Calls of models in one step of time. Averages and speeds are null where nothing was measured. */
export interface InferencePoint {
  readonly time: string;
  readonly model: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_per_second: number | null;
  readonly completion_tokens_per_second: number | null;
  readonly average_queue_ms: number | null;
  readonly average_load_ms: number | null;
  readonly average_ttft_ms: number | null;
  readonly average_ms: number | null;
  readonly vram_max_mb: number | null;
  readonly gpu_utilization_max_percent: number | null;
}

/** Speeds, tokens and memory per hour or day and model. */
export function inferenceSeries(
  database: Database,
  request: Span & { readonly step: Step },
): InferencePoint[] {
  const { sql, values } = inSteps(request.step, request);
  return database
    .query<InferencePoint, string[]>(
      `SELECT ${beginOf("period", lengthOf(request.step))} AS time, model, sum(succeeded) AS succeeded, sum(failed) AS failed,
         sum(cancelled) AS cancelled, sum(prompt_tokens) AS prompt_tokens,
         sum(completion_tokens) AS completion_tokens,
         sum(prompt_tokens) * 1000 / nullif(sum(prompt_ms), 0) AS prompt_tokens_per_second,
         sum(completion_tokens) * 1000 / nullif(sum(generation_ms), 0) AS completion_tokens_per_second,
         sum(queue_ms) / nullif(sum(succeeded), 0) AS average_queue_ms,
         sum(load_ms) / nullif(sum(succeeded), 0) AS average_load_ms,
         sum(ttft_ms) / nullif(sum(succeeded), 0) AS average_ttft_ms,
         sum(duration_ms) / nullif(sum(succeeded + failed + cancelled), 0) AS average_ms,
         max(vram_max_mb) AS vram_max_mb, max(gpu_utilization_max_percent) AS gpu_utilization_max_percent
       FROM inference_sums WHERE ${sql} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ${MAX_POINTS}`,
    )
    .all(...values);
}
