import type { Config } from "../../config/schema.ts";
import { systemTimers } from "../../timers.ts";
import type { RetrySettings } from "./patience.ts";
import type { TransferSettings } from "./transfer.ts";

export interface DownloadSettings extends TransferSettings, RetrySettings {
  /** Requests at the same time, where the server can send parts. */
  readonly connections: number;
  /** Space on the disk that is left to others. */
  readonly marginBytes: number;
}

/** What no setting changes. */
const DOWNLOAD_DEFAULTS = {
  // One connection to a distant server rarely fills the line; hubs limit those who open many.
  connections: 4,
  // With growing waits about three minutes: a router restarts in that time.
  maxRetries: 10,
  idleMs: 60_000,
  // The database and the log of the service are often on the same disk.
  marginBytes: 500e6,
} as const;

/** The settings of the service as a download wants them. */
export function downloadSettings({
  CANVUSLLM_MODEL_MIRROR,
  HF_TOKEN,
  RETRY_DELAY,
}: Pick<Config, "CANVUSLLM_MODEL_MIRROR" | "HF_TOKEN" | "RETRY_DELAY">): DownloadSettings {
  return {
    ...DOWNLOAD_DEFAULTS,
    hub: CANVUSLLM_MODEL_MIRROR,
    token: HF_TOKEN,
    retryDelayMs: RETRY_DELAY,
    timers: systemTimers,
  };
}
