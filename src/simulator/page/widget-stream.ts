import { type ApiClient, Refusal } from "./api-client.ts";

export type StreamState = "connecting" | "live" | "reconnecting" | "refused";

export interface StreamListener {
  onState(state: StreamState): void;
  /** @param first true for the first frame of a connection, which holds everything */
  onFrame(items: readonly unknown[], first: boolean): void;
  /** The server no longer knows the token or the canvas: the page starts over. */
  onOutdated(): void;
}

const FIRST_RETRY_MS = 400;
const LAST_RETRY_MS = 6000;
/** Three keep-alives missed. */
const SILENCE_MS = 45_000;

/** Follows the canvas' widgets for as long as the page lives, through every loss of the connection. */
export class WidgetStream {
  readonly #api: ApiClient;
  readonly #listener: StreamListener;
  readonly #stopped = new AbortController();

  constructor(api: ApiClient, listener: StreamListener) {
    this.#api = api;
    this.#listener = listener;
  }

  async run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#follow(() => {
          retryMs = FIRST_RETRY_MS;
        });
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        if (error instanceof Refusal && [401, 404].includes(error.status)) {
          this.#listener.onState("refused");
          this.#listener.onOutdated();
        }
      }
      if (this.#stopped.signal.aborted) return;
      this.#listener.onState("reconnecting");
      await new Promise((resolve) => setTimeout(resolve, retryMs * (0.75 + Math.random() / 2)));
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #follow(onGood: () => void): Promise<void> {
    const silence = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, silence.signal]);
    let watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await this.#api.fetch("widgets?subscribe", { signal });
      if (response.body === null) return;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let buffered = "";
      let first = true;
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
        buffered += value;
        const lines = buffered.split("\n");
        buffered = lines.pop() ?? "";
        for (const line of lines) {
          if (line.trim() === "") continue;
          const frame: unknown = JSON.parse(line);
          this.#listener.onFrame(Array.isArray(frame) ? frame : [frame], first);
          if (first) this.#listener.onState("live");
          first = false;
          onGood();
        }
      }
    } finally {
      clearTimeout(watchdog);
    }
  }
}
