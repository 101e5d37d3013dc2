import { type Static, t } from "elysia";

const text = t.Nullable(t.String());
const number = t.Nullable(t.Number());

/** Also what the form of the page sends: fields left empty count as not given. */
export const HISTORY_FILTER = t.Object({
  q: t.Optional(t.String({ maxLength: 300, description: "Words that stand in the prompt or the answer." })),
  from: t.Optional(t.String({ maxLength: 40, description: "Earliest time, ISO 8601; UTC without a zone." })),
  to: t.Optional(t.String({ maxLength: 40, description: "First time that is too late." })),
  canvas: t.Optional(t.String({ maxLength: 200, description: "Id of a canvas." })),
  operation: t.Optional(t.String({ maxLength: 50, description: "note_prompt or image_prompt." })),
  status: t.Optional(
    t.String({ maxLength: 20, description: "pending, running, succeeded, failed or cancelled." }),
  ),
  model: t.Optional(t.String({ maxLength: 300, description: "Name of the model that answered." })),
});

export const HISTORY_QUERY = t.Object({
  ...HISTORY_FILTER.properties,
  before: t.Optional(t.Integer({ minimum: 0, description: "`next` of the page before." })),
  limit: t.Optional(t.Integer({ minimum: 1, maximum: 200, description: "50 without it." })),
});

const shared = {
  id: t.Number(),
  correlation_id: t.String(),
  canvas_id: t.String(),
  widget_id: t.String(),
  response_widget_id: text,
  operation_type: t.String(),
  prompt: t.String(),
  response: text,
  model: text,
  prompt_tokens: number,
  completion_tokens: number,
  duration_ms: number,
  queue_ms: number,
  load_ms: number,
  ttft_ms: number,
  status: t.String(),
  attempts: t.Number(),
  error_code: text,
  error_message: text,
  created_at: t.String(),
  completed_at: text,
};

export const HISTORY_PAGE = t.Object({
  rows: t.Array(t.Object(shared), { description: "Newest first; texts are cut to 300 characters." }),
  next: t.Nullable(t.Number(), {
    description: "`before` of the next page; null at the end. A page may be short, or empty, before the end.",
  }),
});

const TASK = t.Object({
  ...shared,
  stage: t.String(),
  prompt_ms: number,
  generation_ms: number,
  started_at: text,
  answered_at: text,
});

const INFERENCE = t.Object({
  id: t.Number(),
  engine: t.String(),
  model: t.String(),
  quantization: text,
  context_size: number,
  endpoint: text,
  device: text,
  status: t.String(),
  error_code: text,
  error_message: text,
  queue_ms: number,
  load_ms: number,
  prompt_tokens: number,
  prompt_ms: number,
  prompt_tokens_per_second: number,
  ttft_ms: number,
  completion_tokens: number,
  generation_ms: number,
  completion_tokens_per_second: number,
  duration_ms: t.Number(),
  stop_reason: text,
  prompt_tokens_cut: number,
  vram_before_mb: number,
  vram_after_mb: number,
  created_at: t.String(),
});

const TASK_ERROR = t.Object({
  id: t.Number(),
  level: t.String(),
  code: t.String(),
  category: t.String(),
  message: t.String(),
  occurrences: t.Number(),
  created_at: t.String(),
  last_seen_at: t.String(),
});

const CANVAS_EVENT = t.Object({
  id: t.Number(),
  widget_id: t.String(),
  widget_type: t.String(),
  operation_type: t.String(),
  changed_fields: text,
  changes: t.Number(),
  created_at: t.String(),
});

export const TASK_DETAIL = t.Object({
  task: TASK,
  hint: t.Nullable(t.String({ description: "What to do about the error." })),
  inferences: t.Array(INFERENCE),
  errors: t.Array(TASK_ERROR),
  events: t.Array(CANVAS_EVENT),
});

export type HistoryQuery = Static<typeof HISTORY_QUERY>;
