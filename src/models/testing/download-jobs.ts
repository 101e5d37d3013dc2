import { systemTimers } from "../../timers.ts";
import type { DownloadSettings } from "../download/download-settings.ts";

/** Settings for tests: nothing waits longer than it must. */
export function quickSettings(hub: string, changes: Partial<DownloadSettings> = {}): DownloadSettings {
  return {
    hub,
    token: undefined,
    connections: 4,
    maxRetries: 3,
    retryDelayMs: 1,
    idleMs: 10_000,
    marginBytes: 0,
    timers: systemTimers,
    ...changes,
  };
}
