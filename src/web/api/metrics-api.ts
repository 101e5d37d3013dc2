import { Elysia, t } from "elysia";
import { RANGE } from "../time-span.ts";
import type { WebSources } from "../web-sources.ts";

const number = t.Nullable(t.Number());

const PROMPTS = t.Object({
  time: t.String({ description: "Beginning of the step." }),
  prompts: t.Number(),
  succeeded: t.Number(),
  failed: t.Number(),
  cancelled: t.Number(),
  prompt_tokens: t.Number(),
  completion_tokens: t.Number(),
  average_ms: number,
  p50_ms: number,
  p95_ms: number,
  p99_ms: number,
});

const INFERENCES = t.Object({
  time: t.String(),
  model: t.String(),
  succeeded: t.Number(),
  failed: t.Number(),
  cancelled: t.Number(),
  prompt_tokens: t.Number(),
  completion_tokens: t.Number(),
  prompt_tokens_per_second: number,
  completion_tokens_per_second: number,
  average_queue_ms: number,
  average_load_ms: number,
  average_ttft_ms: number,
  average_ms: number,
  vram_max_mb: number,
  gpu_utilization_max_percent: number,
});

const SYSTEM = t.Object({
  time: t.String(),
  service_rss_bytes: t.Number(),
  runners_rss_bytes: t.Number(),
  event_loop_lag_p99_ms: t.Number(),
  event_loop_lag_max_ms: t.Number(),
  tasks_running: t.Number(),
  tasks_waiting: t.Number(),
  inference_queued: t.Number(),
  inference_active: t.Number(),
  canvases_live: t.Number(),
  canvas_events_dropped: t.Number(),
  telemetry_dropped: t.Number(),
  open_handles: number,
  disk_free_bytes: number,
  database_bytes: number,
  vram_used_mb: number,
  vram_total_mb: number,
  gpu_utilization_percent: number,
});

const METRICS = t.Object({
  range: t.String(),
  from: t.String(),
  to: t.String(),
  step: t.String(),
  prompts: t.Array(PROMPTS, { description: "Steps in which no prompt ended are left out." }),
  inferences: t.Array(INFERENCES, { description: "By model." }),
  system: t.Array(SYSTEM, { description: "The worst of each step." }),
});

export function metricsApi({ metrics }: Pick<WebSources, "metrics">) {
  return new Elysia({ name: "api metrics" }).get("/api/v1/metrics", ({ query }) => metrics(query.range), {
    query: t.Object({ range: RANGE }),
    response: METRICS,
    detail: { summary: "The points of the charts" },
  });
}
