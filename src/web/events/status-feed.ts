import type { ServiceStatus } from "../api/status-schema.ts";

const INTERVAL_MS = 1000;

type Listener = (status: ServiceStatus) => void;

/** Looks at the service once a second while somebody watches, and tells all of them when something has changed. */
export class StatusFeed {
  readonly #status: () => Promise<ServiceStatus>;
  readonly #intervalMs: number;
  readonly #listeners = new Set<Listener>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = "";

  constructor(status: () => Promise<ServiceStatus>, intervalMs = INTERVAL_MS) {
    this.#status = status;
    this.#intervalMs = intervalMs;
  }

  /** The first state comes with the next look. @returns what ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    this.#last = "";
    if (this.#timer === undefined) this.#schedule(0);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => void this.#look(), delayMs);
  }

  async #look(): Promise<void> {
    const status = await this.#status();
    const text = withoutNoise(status);
    if (text !== this.#last) for (const listener of this.#listeners) listener(status);
    this.#last = text;
    if (this.#listeners.size > 0) this.#schedule(this.#intervalMs);
  }
}

/** The memory of the service changes with every look; that alone is no news. */
function withoutNoise(status: ServiceStatus): string {
  return JSON.stringify({ ...status, memory: null });
}
