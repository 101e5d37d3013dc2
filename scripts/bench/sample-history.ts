import type { HistoryInsert } from "../../src/storage/schema.ts";
import type { TelemetryRow } from "../../src/storage/telemetry-row.ts";

const DAY = 24 * 60 * 60 * 1000;
/** How long metrics and events are kept by default; older prompts have none any more. */
const METRICS_DAYS = 7;
const SAMPLE_MS = 30_000;

const CANVASES = Array.from({ length: 12 }, (_, n) => `2c4ae0b5-6b1f-4a6e-9d58-0000000000${10 + n}`);
const MODELS = ["gemma-3-12b-it", "qwen3-8b", "llama-3.1-8b-instruct"];
const CODES = ["RUNNER_CRASHED", "PROMPT_TIMEOUT", "CANVUS_UNREACHABLE", "INFERENCE_FAILED"] as const;
/** A vocabulary with the usual skew: some words stand in nearly every text, most in few. */
const WORDS = Array.from({ length: 20_000 }, (_, n) => `${syllables(n)}${n % 7 === 0 ? "ing" : ""}`);

export interface Sampler {
  historyRow(n: number): HistoryInsert;
  /** The inference, the events and the error that go with the prompt, when they are young enough. */
  telemetryOf(n: number): TelemetryRow[];
  systemRows(): TelemetryRow[];
}

/** Prompts that look like those of a busy installation; the same arguments give the same prompts. */
export function createSampler(options: {
  readonly rows: number;
  readonly days: number;
  readonly now: number;
}): Sampler {
  const { rows, days, now } = options;
  const begin = now - days * DAY;
  const timeOf = (n: number) => begin + Math.floor((n / rows) * days * DAY);

  function historyRow(n: number): HistoryInsert {
    const random = randomOf(n);
    const status = statusOf(random());
    const failed = status === "failed";
    const duration = Math.round(300 * Math.exp(random() * 4.5));
    return {
      correlation_id: correlationOf(n),
      canvas_id: pick(CANVASES, random() ** 2),
      widget_id: `widget-${n % 50_000}`,
      response_widget_id: `answer-${n}`,
      operation_type: random() < 0.95 ? "note_prompt" : "image_prompt",
      prompt: text(random, 12),
      content_hash: `hash-${n}`,
      response: failed ? null : text(random, 70),
      model: failed ? null : pick(MODELS, random() ** 3),
      prompt_tokens: failed ? null : 20 + Math.floor(random() * 200),
      completion_tokens: failed ? null : 10 + Math.floor(random() * 400),
      duration_ms: duration,
      status,
      stage: failed ? "claimed" : "answered",
      error_code: failed ? pick(CODES, random()) : null,
      error_message: failed ? "The model process stopped unexpectedly." : null,
      created_at: iso(timeOf(n)),
      completed_at: iso(timeOf(n) + duration),
    };
  }

  function telemetryOf(n: number): TelemetryRow[] {
    const time = timeOf(n);
    if (time < now - METRICS_DAYS * DAY) return [];
    const { canvas_id, widget_id, status, duration_ms, model, error_code } = historyRow(n);
    const common = { canvas_id, widget_type: "Note", correlation_id: correlationOf(n) };
    const created_at = iso(time);
    const entries: TelemetryRow[] = [
      {
        table: "canvas_events",
        row: {
          ...common,
          widget_id,
          operation_type: "updated",
          correlation_id: null,
          changed_fields: "text",
          created_at,
        },
      },
      {
        table: "canvas_events",
        row: { ...common, widget_id: `answer-${n}`, operation_type: "added", created_at },
      },
      {
        table: "performance_metrics",
        row: {
          correlation_id: correlationOf(n),
          engine: "text",
          model: model ?? MODELS[0] ?? "",
          status: status === "failed" ? "failed" : "succeeded",
          error_code,
          prompt_tokens: 100,
          prompt_ms: 80,
          completion_tokens: 200,
          generation_ms: (duration_ms ?? 0) * 0.8,
          ttft_ms: 120,
          queue_ms: 10,
          load_ms: 0,
          duration_ms: duration_ms ?? 0,
          vram_after_mb: 9000,
          created_at,
        },
      },
    ];
    if (error_code) {
      const hour = created_at.slice(0, 13);
      const message = `The model process stopped (${error_code}).`;
      const seen = { created_at, last_seen_at: created_at, correlation_id: correlationOf(n) };
      entries.push({
        table: "error_log",
        row: {
          ...seen,
          fingerprint: error_code,
          hour,
          level: "error",
          code: error_code,
          category: "transient",
          message,
          context: "{}",
        },
      });
    }
    return entries;
  }

  function systemRows(): TelemetryRow[] {
    const count = (Math.min(days, METRICS_DAYS) * DAY) / SAMPLE_MS;
    return Array.from({ length: count }, (_, n) => ({
      table: "system_metrics",
      row: systemRow(now - (count - n) * SAMPLE_MS, n),
    }));
  }

  return { historyRow, telemetryOf, systemRows };
}

function systemRow(time: number, n: number): Extract<TelemetryRow, { table: "system_metrics" }>["row"] {
  return {
    created_at: iso(time),
    uptime_ms: n * SAMPLE_MS,
    service_rss_bytes: 150_000_000 + (n % 100) * 100_000,
    runners_rss_bytes: 9_000_000_000,
    event_loop_lag_p50_ms: 0.2,
    event_loop_lag_p99_ms: 1.5,
    event_loop_lag_max_ms: 4,
    tasks_running: n % 5,
    tasks_waiting: n % 30,
    tasks_overflow: 0,
    inference_queued: 0,
    inference_active: n % 5,
    runners: '[{"kind":"text","state":"ready","model":"gemma-3-12b-it","crashes":0,"rss_bytes":9000000000}]',
    canvases_live: 12,
    canvases_total: 12,
    canvas_events_dropped: 0,
    telemetry_queued: 0,
    telemetry_dropped: 0,
    disk_free_bytes: 500_000_000_000,
    database_bytes: 1_500_000_000,
    vram_used_mb: 9000,
    vram_total_mb: 24_000,
  };
}

function correlationOf(n: number): string {
  return `c${n.toString(36).padStart(11, "0")}`;
}

function statusOf(random: number): HistoryInsert["status"] {
  if (random < 0.97) return "succeeded";
  return random < 0.99 ? "failed" : "cancelled";
}

function text(random: () => number, words: number): string {
  return Array.from({ length: words }, () => pick(WORDS, random() ** 4)).join(" ");
}

function pick<T>(list: readonly T[], random: number): T {
  const chosen = list[Math.floor(random * list.length)];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
}

function syllables(n: number): string {
  const list = ["ka", "le", "mi", "to", "ru", "sa", "ne", "vi", "po", "du"];
  return String(n)
    .split("")
    .map((digit) => list[Number(digit)])
    .join("");
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** xorshift32, seeded by the row: each row gets the same numbers in every run. */
function randomOf(row: number): () => number {
  let state = Math.imul(row + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
