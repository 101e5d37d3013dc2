CREATE TABLE `canvas_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`canvas_id` text NOT NULL,
	`widget_id` text NOT NULL,
	`widget_type` text NOT NULL,
	`operation_type` text NOT NULL,
	`changed_fields` text,
	`changes` integer DEFAULT 1 NOT NULL,
	`correlation_id` text,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `canvas_events_created` ON `canvas_events` (`created_at`);--> statement-breakpoint
CREATE INDEX `canvas_events_widget` ON `canvas_events` (`canvas_id`,`widget_id`);--> statement-breakpoint
CREATE INDEX `canvas_events_correlation` ON `canvas_events` (`correlation_id`) WHERE correlation_id is not null;--> statement-breakpoint
CREATE TABLE `error_log` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`fingerprint` text NOT NULL,
	`hour` text NOT NULL,
	`level` text NOT NULL,
	`code` text NOT NULL,
	`category` text NOT NULL,
	`message` text NOT NULL,
	`source` text,
	`context` text NOT NULL,
	`stack` text,
	`correlation_id` text,
	`last_correlation_id` text,
	`occurrences` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	`last_seen_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `error_log_fingerprint` ON `error_log` (`fingerprint`,`hour`);--> statement-breakpoint
CREATE INDEX `error_log_created` ON `error_log` (`created_at`);--> statement-breakpoint
CREATE INDEX `error_log_code` ON `error_log` (`code`);--> statement-breakpoint
CREATE INDEX `error_log_correlation` ON `error_log` (`correlation_id`);--> statement-breakpoint
CREATE INDEX `error_log_last_correlation` ON `error_log` (`last_correlation_id`);--> statement-breakpoint
CREATE TABLE `inference_sums` (
	`step` text NOT NULL,
	`period` text NOT NULL,
	`engine` text NOT NULL,
	`model` text NOT NULL,
	`succeeded` integer NOT NULL,
	`failed` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`prompt_tokens` integer NOT NULL,
	`completion_tokens` integer NOT NULL,
	`queue_ms` real NOT NULL,
	`load_ms` real NOT NULL,
	`prompt_ms` real NOT NULL,
	`ttft_ms` real NOT NULL,
	`generation_ms` real NOT NULL,
	`duration_ms` real NOT NULL,
	`vram_max_mb` real,
	`gpu_utilization_max_percent` real,
	PRIMARY KEY(`step`, `period`, `engine`, `model`)
);
--> statement-breakpoint
CREATE TABLE `latency_sums` (
	`step` text NOT NULL,
	`period` text NOT NULL,
	`bucket` integer NOT NULL,
	`prompts` integer NOT NULL,
	PRIMARY KEY(`step`, `period`, `bucket`)
);
--> statement-breakpoint
CREATE TABLE `model_memory` (
	`model` text NOT NULL,
	`context_size` integer NOT NULL,
	`sequences` integer NOT NULL,
	`device` text NOT NULL,
	`build` text NOT NULL,
	`measured_bytes` integer NOT NULL,
	`last_used_at` text NOT NULL,
	PRIMARY KEY(`model`, `context_size`, `sequences`, `device`, `build`)
);
--> statement-breakpoint
CREATE INDEX `model_memory_used` ON `model_memory` (`last_used_at`);--> statement-breakpoint
CREATE TABLE `performance_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`correlation_id` text,
	`engine` text NOT NULL,
	`model` text NOT NULL,
	`model_path` text,
	`quantization` text,
	`context_size` integer,
	`device` text,
	`status` text NOT NULL,
	`error_code` text,
	`error_message` text,
	`queue_ms` real,
	`load_ms` real,
	`prompt_tokens` integer,
	`prompt_ms` real,
	`prompt_tokens_per_second` real,
	`ttft_ms` real,
	`completion_tokens` integer,
	`generation_ms` real,
	`completion_tokens_per_second` real,
	`total_tokens` integer,
	`duration_ms` real NOT NULL,
	`stop_reason` text,
	`prompt_tokens_cut` integer,
	`vram_before_mb` real,
	`vram_after_mb` real,
	`gpu_utilization_percent` real,
	`gpu_compute_ms` real,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `performance_metrics_created` ON `performance_metrics` (`created_at`);--> statement-breakpoint
CREATE INDEX `performance_metrics_correlation` ON `performance_metrics` (`correlation_id`);--> statement-breakpoint
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
	`queue_ms` real,
	`load_ms` real,
	`prompt_ms` real,
	`ttft_ms` real,
	`generation_ms` real,
	`status` text NOT NULL,
	`stage` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`error_code` text,
	`error_message` text,
	`created_at` text NOT NULL,
	`started_at` text,
	`answered_at` text,
	`completed_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `processing_history_correlation` ON `processing_history` (`correlation_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `processing_history_one_live_row` ON `processing_history` (`canvas_id`,`widget_id`,`content_hash`) WHERE status in ('pending', 'running');--> statement-breakpoint
CREATE INDEX `processing_history_created` ON `processing_history` (`created_at`);--> statement-breakpoint
CREATE INDEX `processing_history_status` ON `processing_history` (`status`);--> statement-breakpoint
CREATE INDEX `processing_history_canvas` ON `processing_history` (`canvas_id`);--> statement-breakpoint
CREATE INDEX `processing_history_operation` ON `processing_history` (`operation_type`);--> statement-breakpoint
CREATE INDEX `processing_history_model` ON `processing_history` (`model`);--> statement-breakpoint
CREATE TABLE `prompt_sums` (
	`step` text NOT NULL,
	`period` text NOT NULL,
	`operation_type` text NOT NULL,
	`model` text NOT NULL,
	`status` text NOT NULL,
	`prompts` integer NOT NULL,
	`duration_ms` integer NOT NULL,
	`prompt_tokens` integer NOT NULL,
	`completion_tokens` integer NOT NULL,
	PRIMARY KEY(`step`, `period`, `operation_type`, `model`, `status`)
);
--> statement-breakpoint
CREATE TABLE `system_metrics` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`created_at` text NOT NULL,
	`uptime_ms` integer NOT NULL,
	`service_rss_bytes` integer NOT NULL,
	`runners_rss_bytes` integer NOT NULL,
	`event_loop_lag_p50_ms` real NOT NULL,
	`event_loop_lag_p99_ms` real NOT NULL,
	`event_loop_lag_max_ms` real NOT NULL,
	`tasks_running` integer NOT NULL,
	`tasks_waiting` integer NOT NULL,
	`tasks_overflow` integer NOT NULL,
	`inference_queued` integer NOT NULL,
	`inference_active` integer NOT NULL,
	`runners` text NOT NULL,
	`canvases_live` integer NOT NULL,
	`canvases_total` integer NOT NULL,
	`canvas_events_dropped` integer NOT NULL,
	`telemetry_queued` integer NOT NULL,
	`telemetry_dropped` integer NOT NULL,
	`open_handles` integer,
	`disk_free_bytes` integer,
	`database_bytes` integer,
	`vram_used_mb` real,
	`vram_total_mb` real,
	`gpu_utilization_percent` real
);
--> statement-breakpoint
CREATE INDEX `system_metrics_created` ON `system_metrics` (`created_at`);--> statement-breakpoint
CREATE TABLE `system_peaks` (
	`step` text NOT NULL,
	`period` text NOT NULL,
	`service_rss_bytes` integer NOT NULL,
	`runners_rss_bytes` integer NOT NULL,
	`event_loop_lag_p99_ms` real NOT NULL,
	`event_loop_lag_max_ms` real NOT NULL,
	`tasks_running` integer NOT NULL,
	`tasks_waiting` integer NOT NULL,
	`inference_queued` integer NOT NULL,
	`inference_active` integer NOT NULL,
	`canvases_live` integer NOT NULL,
	`canvas_events_dropped` integer NOT NULL,
	`telemetry_dropped` integer NOT NULL,
	`open_handles` integer,
	`disk_free_bytes` integer,
	`database_bytes` integer,
	`vram_used_mb` real,
	`vram_total_mb` real,
	`gpu_utilization_percent` real,
	PRIMARY KEY(`step`, `period`)
);
--> statement-breakpoint
CREATE TABLE `web_password` (
	`id` integer PRIMARY KEY NOT NULL,
	`verifier` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `web_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` text NOT NULL
);
