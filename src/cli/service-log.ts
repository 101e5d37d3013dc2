import { type Config, SETTING_NAMES, settingOf } from "../config/schema.ts";
import { AppError } from "../errors/app-error.ts";
import { consoleOutput } from "../observability/console-output.ts";
import { createLogger } from "../observability/create-logger.ts";
import { LogFile } from "../observability/log-file.ts";
import { logDirectory } from "../observability/log-folder.ts";
import { LogTail } from "../observability/log-tail.ts";
import type { Logger } from "../observability/logger.ts";
import { ErrorRecorder } from "../telemetry/error-recorder.ts";
import { systemTimers } from "../timers.ts";

export interface ServiceLog {
  readonly logger: Logger;
  /** Takes the errors among the entries, for the database once there is one. */
  readonly errors: ErrorRecorder;
  /** Hands every entry on to those who watch the log live. */
  readonly tail: LogTail;
  /** Writes what waits and closes the file. The last thing that a service does. */
  close(): Promise<void>;
}

/** The log of a service: stderr, and JSON in files. When those cannot be written, stderr says so and goes on alone. */
export function openServiceLog(config: Config, onConsole: "all" | "troubles" = "all"): ServiceLog {
  const directory = logDirectory(config);
  const source = "cli/service-log.ts:openServiceLog";
  const file = new LogFile({
    directory,
    maxFileBytes: config.CANVUSLLM_LOG_FILE_SIZE,
    onTrouble: (cause) => {
      const message = `The log files in ${directory} cannot be written.`;
      const error = new AppError("LOG_FILE_UNWRITABLE", message, { cause });
      logger.warn("the log files cannot be written; the log goes on here", { source, error });
    },
    onRecovered: (lost) =>
      logger.warn(`the log files can be written again; ${lost} entries are missing there`, {
        source,
        lost_entries: lost,
      }),
  });
  const errors = new ErrorRecorder(systemTimers);
  const tail = new LogTail();
  const logger = createLogger({
    level: config.CANVUSLLM_LOG_LEVEL,
    secrets: secretsOf(config),
    outputs: [
      consoleOutput(config.CANVUSLLM_LOG_FORMAT, onConsole),
      { format: "json", write: (entry) => file.write(entry) },
      errors,
      tail,
    ],
  });
  return {
    logger,
    errors,
    tail,
    async close() {
      const lost = await file.close();
      if (lost > 0) logger.warn(`${lost} log entries are in no file`, { source, lost_entries: lost });
    },
  };
}

function secretsOf(config: Config): string[] {
  return SETTING_NAMES.filter((name) => settingOf(name).secret)
    .map((name) => config[name])
    .filter((value) => typeof value === "string");
}
