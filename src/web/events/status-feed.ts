import type { ServiceStatus } from "../api/status-schema.ts";

const INTERVAL_MS = 1000;

type Listener = (status: ServiceStatus) => void;

/** Looks at the service once a second while somebody watches, and tells all of them when something has changed. */
export class StatusFeed {
  readonly #status: () => Promise<ServiceStatus>;
  readonly #intervalMs: number;
  readonly #listeners = new Set<Listener>();
  #isLooking = false;
  #endWait = () => {};
  #last = "";
  /** Somebody came during a look and may have missed what it told. */
  #isNew = false;

  constructor(status: () => Promise<ServiceStatus>, intervalMs = INTERVAL_MS) {
    this.#status = status;
    this.#intervalMs = intervalMs;
  }

  /** The first state comes at once. @returns what ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#last = "";
    this.#isNew = true;
    this.#endWait();
    if (!this.#isLooking) void this.#look();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#endWait();
    };
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#listeners.size > 0) {
      this.#isNew = false;
      // Should it fail once, nothing is said; the heartbeat goes on, and the next look may succeed.
      const status = await this.#status().catch(() => null);
      if (status !== null) this.#tell(status);
      if (this.#listeners.size > 0 && !this.#isNew) await this.#wait();
    }
    this.#isLooking = false;
  }

  #tell(status: ServiceStatus): void {
    const text = withoutNoise(status);
    if (text !== this.#last) for (const listener of this.#listeners) listener(status);
    this.#last = text;
  }

  async #wait(): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, this.#intervalMs);
    this.#endWait = () => {
      clearTimeout(timer);
      over.resolve();
    };
    await over.promise;
    this.#endWait = () => {};
  }
}

/** The memory of the service changes with every look; that alone is no news. */
function withoutNoise(status: ServiceStatus): string {
  return JSON.stringify({ ...status, memory: null });
}
