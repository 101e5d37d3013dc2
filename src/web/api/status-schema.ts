import { type Static, t } from "elysia";

const bytes = t.Nullable(t.Number());
const milliseconds = t.Nullable(t.Number());

const ALERT = t.Object({
  tone: t.Union([t.Literal("bad"), t.Literal("warn")]),
  message: t.String(),
  hint: t.String({ description: "What to do." }),
});

const CANVAS = t.Object({
  name: t.String(),
  canvas_id: t.Nullable(t.String()),
  state: t.String(),
  last_event_at: t.Nullable(t.String()),
  problem: t.Nullable(t.String()),
});

const MODEL = t.Object({
  kind: t.String({ description: "What it is for: text, vision or image." }),
  name: t.String(),
  endpoint: t.Nullable(t.String({ description: "Address of the server that has it; null: this machine." })),
  state: t.String(),
  usable: t.Boolean(),
  is_demo: t.Boolean(),
  quantization: t.Nullable(t.String()),
  context_size: t.Nullable(t.Number({ description: "Tokens of prompt and answer together." })),
  device: t.Nullable(t.String({ description: "What computes: cuda, vulkan, metal or off (the processor)." })),
  memory_bytes: t.Number(),
  queued: t.Number(),
  active: t.Number(),
  crashes: t.Number(),
  problem: t.Nullable(t.String()),
});

const LIVE_TASK = t.Object({
  correlation_id: t.String(),
  canvas_id: t.String(),
  operation_type: t.String(),
  prompt: t.String({ description: "At most 300 characters." }),
  created_at: t.String(),
  running: t.Boolean(),
  stage: t.String(),
  attempts: t.Number(),
  step: t.String({ description: "What happens just now, for people." }),
  progress: t.Nullable(t.Number({ description: "How much is done, 0 to 1, where that is known." })),
  tokens: t.Number({ description: "Of the answer, so far." }),
  tokens_per_second: t.Nullable(t.Number()),
});

const TODAY = t.Object({
  prompts: t.Number(),
  succeeded: t.Number(),
  failed: t.Number(),
  cancelled: t.Number(),
  success_rate: t.Nullable(t.Number({ description: "Succeeded of succeeded and failed, 0 to 1." })),
  p50_ms: milliseconds,
  p95_ms: milliseconds,
  prompt_tokens: t.Number(),
  completion_tokens: t.Number(),
});

const GPU = t.Object({
  state: t.String(),
  message: t.Nullable(t.String()),
  devices: t.Array(
    t.Object({
      name: t.String(),
      vram_used_mb: t.Number(),
      vram_total_mb: t.Number(),
      utilization_percent: t.Nullable(t.Number()),
    }),
  ),
});

/** How the service is at this moment. */
export const SERVICE_STATUS = t.Object({
  version: t.String(),
  started_at: t.String(),
  ready: t.Boolean({ description: "A prompt written now would be answered." }),
  alerts: t.Array(ALERT),
  canvases: t.Array(CANVAS),
  models: t.Array(MODEL),
  queue: t.Object({
    running: t.Number(),
    waiting: t.Number(),
    overflow: t.Number({ description: "Prompts that wait on their canvas because the queue is full." }),
    max_running: t.Number(),
    max_waiting: t.Number(),
  }),
  tasks: t.Array(LIVE_TASK, { description: "At most 100: what is worked on, then what waits." }),
  today: t.Nullable(TODAY, { description: "Since midnight UTC; null when the database cannot be read." }),
  gpu: GPU,
  storage: t.Object({
    mode: t.String(),
    unwritten: t.Number({ description: "Journal entries that wait for the disk." }),
    database_bytes: bytes,
    disk_free_bytes: bytes,
  }),
  memory: t.Object({ service_bytes: t.Number(), runners_bytes: t.Number() }),
  event_loop_lag_p99_ms: milliseconds,
});

export type ServiceStatus = Readonly<Static<typeof SERVICE_STATUS>>;
