import { sql } from "drizzle-orm";
import { index, integer, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

/**
 * What the service was asked and what it answered; at the same time the journal that makes a prompt survive a crash.
 * Times are ISO 8601, UTC, with milliseconds, so that they sort as text and can be read in any SQLite shell.
 */
export const processingHistory = sqliteTable(
  "processing_history",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    correlation_id: text().notNull(),
    canvas_id: text().notNull(),
    widget_id: text().notNull(),
    /** The note that holds the answer; null until it exists. */
    response_widget_id: text(),
    operation_type: text({ enum: ["note_prompt", "image_prompt"] }).notNull(),
    prompt: text().notNull(),
    /** SHA-256 (hex) of the text that triggered: tells a repeated sight of one question from a new question. */
    content_hash: text().notNull(),
    response: text(),
    model: text(),
    prompt_tokens: integer(),
    completion_tokens: integer(),
    duration_ms: integer(),
    status: text({ enum: ["pending", "running", "succeeded", "failed", "cancelled"] }).notNull(),
    /** How far the canvas has been written; recovery continues from here. */
    stage: text({ enum: ["queued", "claimed", "answered"] }).notNull(),
    attempts: integer().notNull().default(0),
    error_code: text(),
    error_message: text(),
    created_at: text().notNull(),
    completed_at: text(),
  },
  (table) => [
    uniqueIndex("processing_history_correlation").on(table.correlation_id),
    uniqueIndex("processing_history_one_live_row")
      .on(table.canvas_id, table.widget_id, table.content_hash)
      .where(sql`status in ('pending', 'running')`),
    index("processing_history_created").on(table.created_at),
    index("processing_history_status").on(table.status, table.created_at),
  ],
);

export type HistoryRow = typeof processingHistory.$inferSelect;
export type HistoryInsert = typeof processingHistory.$inferInsert;
