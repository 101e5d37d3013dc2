const MAX_REMEMBERED = 1000;

/**
 * What was asked last on each widget, of tasks that have ended. Where the stream lags, the live picture still shows such
 * a question as open; whoever meets one here asks the server. Bounded: of more than 1000 the oldest are forgotten, and
 * the worst that comes of it is a row in the history that ends as cancelled.
 */
export class EndedQuestions {
  readonly #hashes = new Map<string, string>();

  remember(widgetKey: string, contentHash: string): void {
    this.#hashes.delete(widgetKey);
    this.#hashes.set(widgetKey, contentHash);
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > MAX_REMEMBERED && oldest !== undefined) this.#hashes.delete(oldest);
  }

  has(widgetKey: string, contentHash: string): boolean {
    return this.#hashes.get(widgetKey) === contentHash;
  }

  forget(widgetKey: string): void {
    this.#hashes.delete(widgetKey);
  }
}
