import { toAppError } from "../../errors/app-error.ts";
import { backoffDelay } from "../../http/retry.ts";
import type { Logger } from "../../observability/logger.ts";
import type { Timers } from "../../timers.ts";
import { listModels, nameModels } from "./model-list.ts";
import type { ServerClient } from "./server-client.ts";

const INTERVAL_MS = 60_000;
const FIRST_RETRY_MS = 1000;

export interface ServerWatchOptions {
  readonly client: ServerClient;
  /** The names that are configured for it. */
  readonly models: readonly string[];
  readonly timers: Timers;
  readonly logger: Logger;
}

/**
 * Looks now and then whether a server is there and takes our key, by what costs nothing: its list of models. What it
 * finds is in the client's status. A provider's cloud is looked at only until it answers: it does not go away.
 */
export class ServerWatch {
  readonly #options: ServerWatchOptions;
  readonly #stopping = new AbortController();
  #cancelTimer: () => void = () => undefined;
  #failures = 0;
  #wasUsable: boolean | null = null;

  constructor(options: ServerWatchOptions) {
    this.#options = options;
  }

  /** Nobody waits for the answer: a server that is away may come later. */
  start(): void {
    void this.#look();
  }

  stop(): void {
    this.#stopping.abort();
    this.#cancelTimer();
  }

  async #look(): Promise<void> {
    const { client, timers } = this.#options;
    const { signal } = this.#stopping;
    try {
      const models = await listModels(client, signal);
      client.reached(null);
      if (this.#wasUsable === null) this.#checkNames(models);
    } catch (thrown) {
      const error = toAppError(thrown);
      // One that has no list of models is there all the same.
      client.reached(error.context.status_code === 404 ? null : error);
    }
    if (signal.aborted) return;
    const { error } = client.status;
    this.#tell();
    if (error === null && client.server.isCloud) return;
    this.#failures = error === null ? 0 : this.#failures + 1;
    const delayMs = error === null ? INTERVAL_MS : backoffDelay(this.#failures, FIRST_RETRY_MS);
    this.#cancelTimer = timers.schedule(delayMs, () => void this.#look());
  }

  #checkNames(listed: Awaited<ReturnType<typeof listModels>>): void {
    const { client, models, logger } = this.#options;
    const missing = models.filter((name) => !listed.some(({ id }) => id === name));
    if (missing.length === 0 || listed.length === 0) return;
    const { endpoint } = client.server;
    logger.warn(
      `model server ${endpoint} does not list ${missing.join(", ")}; it has ${nameModels(listed)}`,
      {
        source: "inference/remote/server-watch.ts:checkNames",
        endpoint,
      },
    );
  }

  #tell(): void {
    const { client, logger } = this.#options;
    const { error } = client.status;
    const isUsable = error === null;
    if (isUsable === this.#wasUsable) return;
    this.#wasUsable = isUsable;
    const { endpoint } = client.server;
    const source = "inference/remote/server-watch.ts:tell";
    if (error === null) logger.info(`model server ${endpoint} answers`, { source, endpoint });
    else
      logger.warn(`model server ${endpoint} cannot be used: ${error.message}`, { source, endpoint, error });
  }
}
