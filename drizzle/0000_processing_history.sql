CREATE TABLE `processing_history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`correlation_id` text NOT NULL,
	`canvas_id` text NOT NULL,
	`widget_id` text NOT NULL,
	`response_widget_id` text,
	`operation_type` text NOT NULL,
	`prompt` text NOT NULL,
	`content_hash` text NOT NULL,
	`response` text,
	`model` text,
	`prompt_tokens` integer,
	`completion_tokens` integer,
	`duration_ms` integer,
	`status` text NOT NULL,
	`stage` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	`created_at` text NOT NULL,
	`completed_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `processing_history_correlation` ON `processing_history` (`correlation_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `processing_history_one_live_row` ON `processing_history` (`canvas_id`,`widget_id`,`content_hash`) WHERE status in ('pending', 'running');--> statement-breakpoint
CREATE INDEX `processing_history_created` ON `processing_history` (`created_at`);--> statement-breakpoint
CREATE INDEX `processing_history_status` ON `processing_history` (`status`,`created_at`);