/** About 30 messages a second look fluent; one per token would wake the service hundreds of times a second. */
const DEFAULT_INTERVAL_MS = 30;

/** Gathers pieces of text, so that there is one message per interval instead of one per token. */
export class TextCoalescer {
  readonly #send: (text: string, tokens: number) => void;
  readonly #intervalMs: number;
  #pending = "";
  #tokens = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(send: (text: string, tokens: number) => void, intervalMs = DEFAULT_INTERVAL_MS) {
    this.#send = send;
    this.#intervalMs = intervalMs;
  }

  push(piece: string, tokens: number): void {
    this.#pending += piece;
    this.#tokens += tokens;
    this.#timer ??= setTimeout(() => this.flush(), this.#intervalMs);
  }

  /** Sends what is pending; to be called at the end. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending === "") return;
    const [text, tokens] = [this.#pending, this.#tokens];
    this.#pending = "";
    this.#tokens = 0;
    this.#send(text, tokens);
  }
}
