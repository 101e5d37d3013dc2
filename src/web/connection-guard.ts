import type { Logger } from "../observability/logger.ts";
import { SparseLog } from "../observability/sparse-log.ts";
import { countOpenFiles, readOpenFilesBound } from "./open-files.ts";

/** Looking takes some microseconds. Meanwhile at most a few thousand connections can come. */
const LOOK_MS = 250;

export interface ConnectionGuardOptions {
  /** Closes every connection; new ones may come. */
  readonly closeAll: () => void;
  readonly logger: Logger;
  /** Open files that are too many; null never looks. Defaults to half of what the system allows, at most 4000. */
  readonly bound?: number | null;
}

/**
 * Bun's server takes every connection, and each is an open file until it has been silent for some seconds. Somebody
 * who opens thousands would leave the service without any for the database, the log and the canvases. Who they are is
 * not known before they ask something, so all are closed; live pages come back by themselves.
 */
export class ConnectionGuard {
  readonly #options: ConnectionGuardOptions;
  readonly #log = new SparseLog(() => performance.now());
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConnectionGuardOptions) {
    this.#options = options;
  }

  start(): void {
    const { bound = readOpenFilesBound(), closeAll } = this.#options;
    if (bound === null) return;
    this.#timer = setInterval(() => {
      this.#log.flush();
      const open = countOpenFiles();
      if (open <= bound) return;
      this.#log.add("connections", (times) => this.#tell(open, times));
      closeAll();
    }, LOOK_MS);
  }

  #tell(openFiles: number, times: number): void {
    this.#options.logger.warn("too many connections to the dashboard: all of them were closed", {
      source: "web/connection-guard.ts:tell",
      open_files: openFiles,
      times,
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
