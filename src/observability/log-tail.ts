import type { LogOutput } from "./log-output.ts";
import type { LogLevel } from "./logger.ts";

export type LogListener = (entry: string, level: LogLevel) => void;

/** Hands every entry, as a line of JSON, to those who watch the log live. Keeps none. */
export class LogTail implements LogOutput {
  readonly format = "json";
  readonly #listeners = new Set<LogListener>();

  write(entry: string, level: LogLevel): void {
    for (const listener of this.#listeners) listener(entry, level);
  }

  /** @returns what ends it. A listener must be quick and must not write to the log. */
  listen(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
