-- Written by hand: full text and triggers are beyond the schema's generator.
-- The texts stay in processing_history alone; the index refers to them by id.
CREATE VIRTUAL TABLE `processing_history_text` USING fts5(
  `prompt`, `response`,
  content = 'processing_history', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
--> statement-breakpoint
CREATE TRIGGER `processing_history_text_insert` AFTER INSERT ON `processing_history` BEGIN
  INSERT INTO `processing_history_text` (`rowid`, `prompt`, `response`) VALUES (new.`id`, new.`prompt`, new.`response`);
END;
--> statement-breakpoint
CREATE TRIGGER `processing_history_text_delete` AFTER DELETE ON `processing_history` BEGIN
  INSERT INTO `processing_history_text` (`processing_history_text`, `rowid`, `prompt`, `response`)
  VALUES ('delete', old.`id`, old.`prompt`, old.`response`);
END;
--> statement-breakpoint
CREATE TRIGGER `processing_history_text_update` AFTER UPDATE OF `prompt`, `response` ON `processing_history` BEGIN
  INSERT INTO `processing_history_text` (`processing_history_text`, `rowid`, `prompt`, `response`)
  VALUES ('delete', old.`id`, old.`prompt`, old.`response`);
  INSERT INTO `processing_history_text` (`rowid`, `prompt`, `response`) VALUES (new.`id`, new.`prompt`, new.`response`);
END;
--> statement-breakpoint
-- A prompt is counted in the hour and the day in which it ends, once.
CREATE TRIGGER `processing_history_ended` AFTER UPDATE OF `status` ON `processing_history`
WHEN new.`status` NOT IN ('pending', 'running') AND old.`status` IN ('pending', 'running') BEGIN
  INSERT INTO `prompt_sums`
  SELECT `column1`, substr(coalesce(new.`completed_at`, new.`created_at`), 1, `column2`), new.`operation_type`,
    coalesce(new.`model`, ''), new.`status`, 1, coalesce(new.`duration_ms`, 0), coalesce(new.`prompt_tokens`, 0),
    coalesce(new.`completion_tokens`, 0)
  FROM (VALUES ('hour', 13), ('day', 10)) WHERE true
  ON CONFLICT DO UPDATE SET
    `prompts` = `prompts` + 1, `duration_ms` = `duration_ms` + excluded.`duration_ms`,
    `prompt_tokens` = `prompt_tokens` + excluded.`prompt_tokens`,
    `completion_tokens` = `completion_tokens` + excluded.`completion_tokens`;
  INSERT INTO `latency_sums`
  SELECT `column1`, substr(coalesce(new.`completed_at`, new.`created_at`), 1, `column2`),
    CAST(8 * log2(max(new.`duration_ms`, 1)) AS INTEGER), 1
  FROM (VALUES ('hour', 13), ('day', 10)) WHERE new.`status` = 'succeeded' AND new.`duration_ms` IS NOT NULL
  ON CONFLICT DO UPDATE SET `prompts` = `prompts` + 1;
END;
--> statement-breakpoint
-- Rows that come in already ended: those saved from a damaged database.
CREATE TRIGGER `processing_history_inserted_ended` AFTER INSERT ON `processing_history`
WHEN new.`status` NOT IN ('pending', 'running') BEGIN
  INSERT INTO `prompt_sums`
  SELECT `column1`, substr(coalesce(new.`completed_at`, new.`created_at`), 1, `column2`), new.`operation_type`,
    coalesce(new.`model`, ''), new.`status`, 1, coalesce(new.`duration_ms`, 0), coalesce(new.`prompt_tokens`, 0),
    coalesce(new.`completion_tokens`, 0)
  FROM (VALUES ('hour', 13), ('day', 10)) WHERE true
  ON CONFLICT DO UPDATE SET
    `prompts` = `prompts` + 1, `duration_ms` = `duration_ms` + excluded.`duration_ms`,
    `prompt_tokens` = `prompt_tokens` + excluded.`prompt_tokens`,
    `completion_tokens` = `completion_tokens` + excluded.`completion_tokens`;
  INSERT INTO `latency_sums`
  SELECT `column1`, substr(coalesce(new.`completed_at`, new.`created_at`), 1, `column2`),
    CAST(8 * log2(max(new.`duration_ms`, 1)) AS INTEGER), 1
  FROM (VALUES ('hour', 13), ('day', 10)) WHERE new.`status` = 'succeeded' AND new.`duration_ms` IS NOT NULL
  ON CONFLICT DO UPDATE SET `prompts` = `prompts` + 1;
END;
