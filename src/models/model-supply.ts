import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type AppError, toAppError } from "../errors/app-error.ts";
import type { ErrorCode } from "../errors/registry.ts";
import { humanBytes } from "../human-bytes.ts";
import type { Logger } from "../observability/logger.ts";
import { sleep } from "../timers.ts";
import type { DownloadSettings } from "./download/download-settings.ts";
import { pullModel } from "./pull-model.ts";
import type { WantedModel } from "./wanted-model.ts";

/** After it could not be downloaded: somebody may free the disk, mend the network or accept a license meanwhile. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;
const LOG_EVERY_MS = 60_000;

/** How far the download of a model is. */
export interface SupplyProgress {
  /** Whole percent of all its files, null while nobody knows their length. */
  readonly percent: number | null;
  /** Why it does not go on just now. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}

export interface ModelSupplyOptions {
  readonly wanted: WantedModel & { readonly path: string };
  readonly settings: DownloadSettings;
  readonly logger: Logger;
}

/** Gets the model of the service onto this machine while the service runs. */
export class ModelSupply {
  readonly #options: ModelSupplyOptions;
  #progress: SupplyProgress = { percent: 0, error: null };
  readonly #files = new Map<string, { readonly received: number; readonly total: number | null }>();
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ModelSupplyOptions) {
    this.#options = options;
  }

  get progress(): SupplyProgress {
    return this.#progress;
  }

  /** Whether there is a file; whether it is any good is for those to find out who load it. */
  async isPresent(): Promise<boolean> {
    return (await stat(this.#options.wanted.path).catch(() => null)) !== null;
  }

  /**
   * Downloads until the model is there, however long that takes.
   * @param onProgress called when `progress` has changed
   * @throws AppError CANCELLED when the signal aborts
   */
  async fetch(signal: AbortSignal, onProgress: () => void): Promise<void> {
    const { wanted, settings, logger } = this.#options;
    const source = "models/model-supply.ts:fetch";
    logger.info(`the model ${wanted.name} is being downloaded; prompts wait for it`, { source });
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const error = await this.#tryToFetch(signal, onProgress);
      if (error === null) break;
      if (signal.aborted) throw error;
      this.#set({ percent: this.#progress.percent, error }, onProgress);
      logger.error(`the model ${wanted.name} cannot be downloaded: ${error.message}`, {
        source,
        error,
        retry_in_s: pauseMs / 1000,
      });
      await sleep(settings.timers, pauseMs, signal);
      // Somebody may have put it there by other means.
      if (await this.isPresent()) break;
    }
    logger.info(`the model ${wanted.name} is there`, { source, path: wanted.path });
  }

  async #tryToFetch(signal: AbortSignal, onProgress: () => void): Promise<AppError | null> {
    const { wanted, settings } = this.#options;
    try {
      await pullModel({
        ...{ sources: wanted.sources, settings, signal },
        folder: dirname(wanted.path),
        replace: false,
        onProgress: ({ path }, { phase, received, total }) => {
          // The checksum at the end takes seconds; what is told is the download.
          if (phase === "checking") return;
          this.#files.set(path, { received, total });
          this.#logNowAndThen(basename(path), received, total);
          this.#set({ percent: this.#percent(), error: null }, onProgress);
        },
      });
      return null;
    } catch (thrown) {
      return toAppError(thrown);
    }
  }

  /** Of all files together. */
  #percent(): number | null {
    let received = 0;
    let total = 0;
    for (const { path, bytes } of this.#options.wanted.sources) {
      const file = this.#files.get(path);
      const whole = file?.total ?? bytes;
      if (whole === null) return null;
      received += file?.received ?? 0;
      total += whole;
    }
    return total === 0 ? null : Math.floor((received / total) * 100);
  }

  #set(progress: SupplyProgress, onProgress: () => void): void {
    if (progress.percent === this.#progress.percent && progress.error === this.#progress.error) return;
    this.#progress = progress;
    onProgress();
  }

  #logNowAndThen(file: string, received: number, total: number | null): void {
    const { settings, logger } = this.#options;
    const now = settings.timers.monotonicNow();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    const whole = total === null ? "" : ` of ${humanBytes(total)}`;
    logger.info(`${file}: ${humanBytes(received)}${whole} are there`, {
      source: "models/model-supply.ts:logNowAndThen",
    });
  }
}
