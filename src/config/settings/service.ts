import type { Setting } from "../setting.ts";
import { DAY, HOUR, MEBIBYTE, SECOND } from "./amounts.ts";

const GROUP = "Data and log";

export const SERVICE_SETTINGS = {
  CANVUSLLM_DATA_DIR: {
    type: "path",
    group: GROUP,
    default: "~/.canvuslocallm",
    windowsDefault: "%APPDATA%\\CanvusLocalLLM",
    description: "Where the database and unpacked files are kept.",
  },
  DOWNLOADS_DIR: {
    type: "path",
    group: GROUP,
    description:
      "Where files from canvases lie while they are read, in a folder canvuslocallm of their own. Without it, downloads in the data directory.",
  },
  CANVUSLLM_HISTORY_RETENTION: {
    type: "duration",
    group: GROUP,
    default: 30 * DAY,
    min: HOUR,
    max: 3650 * DAY,
    description: "How long answered prompts, errors and sums per hour are kept.",
  },
  CANVUSLLM_METRICS_RETENTION: {
    type: "duration",
    group: GROUP,
    default: 7 * DAY,
    min: HOUR,
    max: 3650 * DAY,
    description: "How long canvas events and single measurements are kept.",
  },
  CANVUSLLM_DB_WARN_SIZE: {
    type: "size",
    group: GROUP,
    default: 500_000_000,
    min: 1_000_000,
    max: 1_000_000_000_000,
    description: "The log warns when the database becomes larger.",
  },
  SHUTDOWN_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: 60 * SECOND,
    min: 5 * SECOND,
    max: HOUR,
    description: "Longest time from the wish to stop to the end; what is left then is ended by force.",
  },
  SHUTDOWN_INFLIGHT_TIMEOUT: {
    type: "duration",
    group: GROUP,
    default: 30 * SECOND,
    min: 0,
    max: HOUR,
    description:
      "How long prompts that are being answered may take to end when the service stops, at most 60 % of SHUTDOWN_TIMEOUT. The next start resumes the others.",
  },
  CANVUSLLM_LOG_LEVEL: {
    type: "enum",
    group: GROUP,
    values: ["debug", "info", "warn", "error"],
    default: "info",
    description: "The least important log entries that are still written.",
  },
  CANVUSLLM_LOG_FORMAT: {
    type: "enum",
    group: GROUP,
    values: ["auto", "json", "pretty"],
    default: "auto",
    description: "Form of the log on stderr: auto is pretty in a terminal and JSON otherwise.",
  },
  CANVUSLLM_LOG_DIR: {
    type: "path",
    group: GROUP,
    description: "Where the log files are kept. Without it, logs in the data directory.",
  },
  CANVUSLLM_LOG_FILE_SIZE: {
    type: "size",
    group: GROUP,
    default: 100 * MEBIBYTE,
    min: 4096,
    max: 10_240 * MEBIBYTE,
    description:
      "Size at which a new log file is begun; each day begins one as well. The last five are kept besides the current one.",
  },
} as const satisfies Record<string, Setting>;
