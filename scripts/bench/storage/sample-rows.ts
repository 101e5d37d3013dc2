import type { JournalChanges } from "../../../src/storage/journal-store.ts";
import type { HistoryInsert } from "../../../src/storage/schema.ts";
import type { TelemetryRow } from "../../../src/storage/telemetry-row.ts";

/** What a busy service records: mostly canvas events, now and then an inference or a sample of the system. */
export function sampleRow(index: number): TelemetryRow {
  const created_at = new Date(Date.now()).toISOString();
  if (index % 20 === 0) {
    return {
      table: "performance_metrics",
      row: {
        correlation_id: `c${index}`,
        engine: "text",
        model: "a-model-of-usual-name-Q4_K_M",
        status: "succeeded",
        prompt_tokens: 250,
        completion_tokens: 400,
        duration_ms: 4200,
        created_at,
      } as Extract<TelemetryRow, { table: "performance_metrics" }>["row"],
    };
  }
  return {
    table: "canvas_events",
    row: {
      canvas_id: "2c4ae0b5-6b1f-4a6e-9d58-1f0f6b6f7c11",
      widget_id: `6b1f4a6e-9d58-1f0f-6b6f-${String(index % 100_000).padStart(12, "0")}`,
      widget_type: "Note",
      operation_type: "updated",
      changed_fields: "text,location",
      created_at,
    },
  };
}

/** A prompt as the journal takes it in. */
export function samplePrompt(index: number): HistoryInsert {
  return {
    correlation_id: `prompt-${index}`,
    canvas_id: "canvas",
    widget_id: `prompt-${index}`,
    operation_type: "note_prompt",
    prompt: "What are the risks of this plan? ".repeat(10),
    content_hash: `prompt-${index}`,
    status: "pending",
    stage: "queued",
    created_at: new Date().toISOString(),
  };
}

export function sampleAnswer(): JournalChanges {
  return { status: "succeeded", response: "There are three. ".repeat(40) };
}
